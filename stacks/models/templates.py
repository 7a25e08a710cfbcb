"""Templates that stacks are made from: the starters that come with the product, and the team's own."""

from django.db import models
from django.urls import reverse

from stacks.models.ownership import Owned


class Template(Owned):
    """A Compose document to start from; its `${VAR}`s with their defaults are its parameters."""

    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    description = models.CharField(max_length=400, blank=True)
    document = models.TextField()
    environment = models.TextField(blank=True)
    gpus_needed = models.PositiveSmallIntegerField(null=True, blank=True)
    vram_gib_needed = models.PositiveIntegerField(null=True, blank=True, help_text="GiB of memory on each GPU.")
    port = models.PositiveIntegerField(null=True, blank=True, help_text="The port to open in a browser.")
    deleted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    starter = models.BooleanField(default=False, help_text="Came with the product.")

    class Meta:
        ordering = (
            "-starter",
            "title",
            "pk",
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("template-page", args=[self.slug])
