"""Who a thing belongs to and who sees it: the one place, for every model that a user owns.

`stacks.services.access` turns it into querysets; teams with roles will be added in these two files.
"""

from django.conf import settings
from django.db import models


class Visibility(models.TextChoices):
    PRIVATE = "private", "only me"
    SHARED = "shared", "everyone signed in"


class Owned(models.Model):
    """A thing with an owner; one without an owner came with the product."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=True
    )
    visibility = models.CharField(max_length=16, choices=Visibility.choices, default=Visibility.PRIVATE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
