"""The command line, called in this process or as a program of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import pytest

from gpustack.cli import main

CLEAN = "services:\n  web:\n    image: nginx:1.27\n    restart: unless-stopped\n"
BROKEN = "services:\n  web:\n    image: nginx:1.27\n     command: top\n"
OBSOLETE = f'version: "3.8"\n{CLEAN}'
WARNED = f"{CLEAN}    environment: [NAME=$UNKNOWN_NAME]\n"
NEEDS_VARIABLE = "services:\n  web:\n    image: ${IMAGE:?name one}\n    restart: unless-stopped\n"


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Answer]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and an environment that changes no answer."""
    monkeypatch.chdir(tmp_path)
    for name in ("IMAGE", "UNKNOWN_NAME", "GPU_COMPOSE_DEBUG", "COMPOSE_PROJECT_NAME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def call(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Call:
    def run(*arguments: str, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(stdin)))
        try:
            code = main(arguments)
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 0
        out, err = capsysbinary.readouterr()
        return Answer(code, out.decode("utf-8"), err.decode("utf-8"))

    return run


def program(
    *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`python -m gpustack …` with an environment of its own."""
    root = Path(__file__).resolve().parent.parent.parent
    return subprocess.run(
        [sys.executable, "-m", "gpustack", *arguments],
        input=stdin,
        env={"PYTHONPATH": str(root), "PATH": os.environ["PATH"], **(environment or {})},
        capture_output=True,
        check=False,
    )
