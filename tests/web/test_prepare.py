"""What `make run` does before it serves: first user, starters, this machine; and files that only their owner reads."""

from __future__ import annotations

import stat
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command

from gpustack.environment import data_folder, flag, secret_key, words, write_private
from stacks.hosts.snapshot import Gpu, HostSnapshot, Source
from stacks.models import Host


@pytest.fixture
def prepare(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    settings.DATA_DIR = tmp_path
    snapshot = HostSnapshot(Source.NVML, "2026-11-01T10:00:00Z", gpus=(Gpu(0, "x"),), hostname="here")
    monkeypatch.setattr("stacks.services.host.detect_host", lambda: snapshot)

    def run() -> str:
        said = StringIO()
        call_command("prepare", "--url", "http://127.0.0.1:1234/", stdout=said)
        return said.getvalue()

    return run


def test_the_first_run_makes_a_user_once(prepare: Callable[[], str], tmp_path: Path) -> None:
    said = prepare()
    noted = tmp_path / "first-login.txt"
    password = noted.read_text().split("password: ")[1].strip()
    assert password in said and "http://127.0.0.1:1234/" in said
    assert authenticate(username="admin", password=password) is not None
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600
    assert Host.objects.get().name == "here"
    again = prepare()
    assert password not in again and str(noted) in again
    assert (User.objects.count(), Host.objects.count()) == (1, 1)


def test_a_user_that_is_there_gets_no_companion(prepare: Callable[[], str], ada: User) -> None:
    prepare()
    assert list(User.objects.values_list("username", flat=True)) == ["ada"]


def test_the_secret_key_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPU_COMPOSE_SECRET_KEY", raising=False)
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    monkeypatch.setenv("GPU_COMPOSE_SECRET_KEY", "given")
    assert secret_key(tmp_path) == "given"


def test_a_private_file_is_never_overwritten(tmp_path: Path) -> None:
    assert write_private(tmp_path / "a", "one")
    assert not write_private(tmp_path / "a", "two")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "one")]


def test_choices_by_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPU_COMPOSE_DATA", str(tmp_path / "deep" / "data"))
    folder = data_folder(tmp_path)
    assert folder == tmp_path / "deep" / "data"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    monkeypatch.setenv("GPU_COMPOSE_X", " a, ,b ")
    assert words("GPU_COMPOSE_X") == ["a", "b"]
    assert words("GPU_COMPOSE_NONE", "c") == ["c"]
    monkeypatch.setenv("GPU_COMPOSE_X", "Yes")
    assert flag("GPU_COMPOSE_X") and not flag("GPU_COMPOSE_NONE")
