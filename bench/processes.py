"""Whole processes: `gpu-compose check` beside Docker Compose's `config -q` and dclint on one file, turn by turn."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.generate import compose_text
from bench.measure import alternating, milliseconds, show

SIZES = {5: 15, 100: 7, 1000: 3}  # services, and how often each program reads them: dclint takes 10 s for 1,000


def find_oracle() -> Path | None:
    """Docker Compose: GPU_COMPOSE_ORACLE, else what the tests' oracle has fetched, without the script around it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    fetched = cache / "gpu-compose-oracle/root/usr/libexec/docker/cli-plugins/docker-compose"
    path = Path(os.environ.get("GPU_COMPOSE_ORACLE") or fetched)
    return path if os.access(path, os.X_OK) else None


def find_dclint() -> Path | None:
    """The npm package dclint: GPU_COMPOSE_DCLINT, else on the PATH, else in `node_modules` here."""
    named = os.environ.get("GPU_COMPOSE_DCLINT") or shutil.which("dclint") or "node_modules/.bin/dclint"
    return Path(named) if os.access(named, os.X_OK) else None


def run() -> None:
    """Print the table of the three sizes."""
    others = {"docker-compose": find_oracle(), "dclint": find_dclint()}
    found = {name: path for name, path in others.items() if path is not None}
    head = ["services", "size", "gpu-compose", *(word for name in found for word in (name, "ratio")), "python -c pass"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size, runs in SIZES.items():
            path = Path(folder) / f"{size}.yaml"
            path.write_text(compose_text(size), encoding="utf-8")
            rows.append(_measured(size, path, found, runs))
    missing = ", ".join(name for name in others if name not in found)
    hint = "GPU_COMPOSE_ORACLE and GPU_COMPOSE_DCLINT name them"
    note = f"not found here, so left out: {missing} ({hint})" if missing else ""
    show("Whole process, check of a clean file (median, ms; the ratio is ours to theirs)", head, rows, note)


def _measured(size: int, path: Path, found: dict[str, Path], runs: int) -> list[str]:
    arguments = {"docker-compose": ["-f", str(path), "config", "-q"], "dclint": [str(path)]}
    ours = [str(Path(sysconfig.get_path("scripts")) / "gpu-compose"), "check", str(path)]
    commands = [ours, *([str(found[name]), *arguments[name]] for name in found), [sys.executable, "-c", "pass"]]
    # dclint reports matters of style in any file, so its exit code says nothing.
    works = [_process(command, may_fail=command[0] == str(found.get("dclint"))) for command in commands]
    taken, *others = alternating(works, runs)
    compared = [word for other in others[:-1] for word in (milliseconds(other), f"{taken / other:.2f}")]
    return [str(size), f"{path.stat().st_size:,} B", milliseconds(taken), *compared, milliseconds(others[-1])]


def _process(command: list[str], *, may_fail: bool) -> Callable[[], object]:
    """A run that must succeed: one that failed early would look fast.

    Python may keep its bytecode, as it does once a package is installed; the warm-up then writes it.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = subprocess.DEVNULL
    return lambda: subprocess.run(  # noqa: S603  (our own words)
        command, stdout=quiet, stdin=quiet, env=environment, check=not may_fail
    )
