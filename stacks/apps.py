"""The app's registration with Django."""

from django.apps import AppConfig


class StacksConfig(AppConfig):
    name = "stacks"
    verbose_name = "GPU Compose"
