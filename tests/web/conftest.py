"""Users, their clients, and things of theirs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.hosts.reading import read_host
from stacks.models import Host, Stack
from stacks.services.host import host_create
from stacks.services.stack import stack_create

DOCUMENT = "services:\n  train:\n    image: python:3.12\n    ports: ['${PORT:-8000}:8000']\n"
NVIDIA_SMI_LIST = (
    "GPU 0: NVIDIA H200 (UUID: GPU-11111111-1111-1111-1111-111111111111)\n"
    "GPU 1: NVIDIA H200 (UUID: GPU-22222222-2222-2222-2222-222222222222)\n"
)


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Any) -> None:
    """WhiteNoise reads every static file when a client is made; here it looks them up when they are asked for."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", password="a long password")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password="another password")


@pytest.fixture
def client(ada: User) -> Client:
    """Ada's browser."""
    browser = Client()
    browser.force_login(ada)
    return browser


@pytest.fixture
def bobs_client(bob: User) -> Client:
    browser = Client()
    browser.force_login(bob)
    return browser


@pytest.fixture
def stack(ada: User) -> Stack:
    return stack_create(user=ada, name="training", document=DOCUMENT)


@pytest.fixture
def host(ada: User) -> Host:
    return host_create(user=ada, name="lab-2", snapshot=read_host(NVIDIA_SMI_LIST))
