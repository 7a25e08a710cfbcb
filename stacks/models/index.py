"""An index derived from stacks' documents, for lists and search; rewritten whenever a document is saved."""

from django.db import models

from stacks.models.stacks import Stack


class ServiceIndex(models.Model):
    """One service of a stack's document."""

    stack = models.ForeignKey(Stack, on_delete=models.CASCADE, related_name="services")
    position = models.PositiveIntegerField(help_text="Order in the document, from 0.")
    name = models.CharField(max_length=255)
    image = models.CharField(max_length=512, blank=True)

    class Meta:
        ordering = (
            "stack",
            "position",
        )

    def __str__(self) -> str:
        return self.name


class GpuClaim(models.Model):
    """What one service asks of the GPUs of its host."""

    class Kind(models.TextChoices):
        ALL = "all", "all GPUs"
        COUNT = "count", "a number of GPUs"
        DEVICES = "devices", "named GPUs"

    service = models.ForeignKey(ServiceIndex, on_delete=models.CASCADE, related_name="gpu_claims")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    count = models.PositiveIntegerField(null=True, help_text="For `count`: how many.")
    device_ids = models.JSONField(default=list, help_text="For `devices`: indexes, UUIDs or CDI names, as written.")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.service}: {self.get_kind_display()}"
