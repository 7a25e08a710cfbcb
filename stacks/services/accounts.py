"""Accounts of Django's own; this product adds only the first one."""

import secrets
from pathlib import Path

from django.contrib.auth import get_user_model

FIRST_USER = "admin"


def account_create_first() -> tuple[str, str] | None:
    """Create the first user and return its name and random password; None when there is any user already."""
    users = get_user_model()
    if users.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    users.objects.create_superuser(FIRST_USER, password=password)
    return FIRST_USER, password


def first_login_path(folder: Path) -> Path:
    """Where the first login is noted, readable by its owner only."""
    return folder / "first-login.txt"
