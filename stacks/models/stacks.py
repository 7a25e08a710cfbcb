"""Stacks: the user's Compose document as a draft with a version counter, and its immutable revisions."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from stacks.models.hosts import Host, HostSnapshot
from stacks.models.ownership import Owned
from stacks.models.templates import Template


class Stack(Owned):
    """One Compose document that a user works on. The texts are the truth; every other row is derived."""

    name = models.CharField(max_length=120)
    host = models.ForeignKey(Host, null=True, blank=True, on_delete=models.SET_NULL, related_name="stacks")
    document = models.TextField(blank=True)
    environment = models.TextField(blank=True, help_text="The text of the .env file beside the document.")
    version = models.PositiveIntegerField(default=1, help_text="Grows by one with each save of the draft.")
    template_of_origin = models.ForeignKey(
        Template, null=True, blank=True, on_delete=models.SET_NULL, related_name="stacks"
    )
    deleted_at = models.DateTimeField(null=True, blank=True, db_index=True)

    # The state of the last check, derived: empty until one was made.
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_snapshot = models.ForeignKey(
        HostSnapshot, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    error_count = models.PositiveIntegerField(null=True, blank=True)
    warning_count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = (
            "-updated_at",
            "-pk",
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stack-editor", args=[self.pk])


class StackRevision(models.Model):
    """A version that was kept on purpose; its text never changes."""

    stack = models.ForeignKey(Stack, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.TextField(blank=True)
    environment = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    message = models.CharField(max_length=240, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["stack", "number"], name="one_revision_a_number"),)

    def __str__(self) -> str:
        return f"{self.stack} version {self.number}"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise TypeError("a revision is never changed once it is kept")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("stack-revision", args=[self.stack_id, self.number])
