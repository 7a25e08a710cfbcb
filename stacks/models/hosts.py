"""Hosts as users know them, every snapshot taken of them, and an index of the latest snapshot's GPUs."""

from __future__ import annotations

from collections import Counter

from django.db import models
from django.urls import reverse

from stacks.models.ownership import Owned


class Host(Owned):
    """A machine that stacks are checked against."""

    name = models.CharField(max_length=120)
    deleted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    deleted_from = models.JSONField(
        default=list, blank=True, help_text="The stacks that named it when it was deleted, to be given back to."
    )

    class Meta:
        ordering = (
            "name",
            "pk",
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("host-page", args=[self.pk])

    @property
    def latest(self) -> HostSnapshot | None:
        """The newest snapshot; through `.all()`, so that a prefetch serves it."""
        return next(iter(self.snapshots.all()), None)

    @property
    def gpus_in_words(self) -> str:
        """How many of which, `2 × NVIDIA H200`, by which hosts are told apart; through `.all()` as well."""
        if self.latest is None or self.latest.gpu_count is None:
            return "GPUs not known"
        counts = Counter(gpu.name or "GPU" for gpu in self.gpus.all())
        return ", ".join(f"{count} × {name}" for name, count in counts.items()) or "no GPU"


class HostSnapshot(models.Model):
    """What was known of a host at one time; never changed, so that a check can name what it was made against."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="snapshots")
    document = models.TextField(help_text="The snapshot as versioned JSON, see stacks.hosts.serialization.")
    source = models.CharField(max_length=120, help_text="Where the facts come from, in words.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When the host was read, where the source says.")
    created_at = models.DateTimeField(auto_now_add=True)
    gpu_count = models.PositiveIntegerField(null=True, help_text="Empty where the source could not see GPUs.")
    driver_version = models.CharField(max_length=64, blank=True)
    engine_version = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.host} by {self.source}"


class Gpu(models.Model):
    """A GPU of a host's latest snapshot: an index for lists and search, rewritten with each snapshot."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="gpus")
    index = models.BigIntegerField()
    uuid = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=120, blank=True)
    memory_total = models.BigIntegerField(null=True, help_text="bytes")

    class Meta:
        ordering = (
            "host",
            "index",
        )
        constraints = (models.UniqueConstraint(fields=["host", "index"], name="one_gpu_an_index"),)

    def __str__(self) -> str:
        return f"{self.index} {self.name}"
