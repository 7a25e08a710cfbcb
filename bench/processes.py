"""Whole processes: `gpu-compose check` beside Docker Compose's `config -q` on the same file, turn by turn."""

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.generate import compose_text
from bench.measure import alternating, milliseconds, show

SIZES = (5, 100, 1000)


def find_oracle() -> Path | None:
    """Docker Compose: GPU_COMPOSE_ORACLE, else what the tests' oracle has fetched, without the script around it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    fetched = cache / "gpu-compose-oracle/root/usr/libexec/docker/cli-plugins/docker-compose"
    path = Path(os.environ.get("GPU_COMPOSE_ORACLE") or fetched)
    return path if os.access(path, os.X_OK) else None


def run() -> None:
    """Print the table of the three sizes."""
    oracle = find_oracle()
    head = ["services", "size", "gpu-compose", *(["docker-compose", "ratio"] if oracle else []), "python -c pass"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            path = Path(folder) / f"{size}.yaml"
            path.write_text(compose_text(size), encoding="utf-8")
            rows.append(_measured(size, path, oracle))
    note = "" if oracle else "no docker-compose was found (GPU_COMPOSE_ORACLE names one), so its column is left out"
    show("Whole process, check of a clean file (ms)", head, rows, note)


def _measured(size: int, path: Path, oracle: Path | None) -> list[str]:
    commands = [[str(Path(sysconfig.get_path("scripts")) / "gpu-compose"), "check", str(path)]]
    commands += [[str(oracle), "-f", str(path), "config", "-q"]] if oracle else []
    commands.append([sys.executable, "-c", "pass"])
    ours, *others = alternating([_process(command) for command in commands])
    compared = [milliseconds(others[0]), f"{ours / others[0]:.2f}"] if oracle else []
    return [str(size), f"{path.stat().st_size:,} B", milliseconds(ours), *compared, milliseconds(others[-1])]


def _process(command: list[str]) -> Callable[[], object]:
    """A run that must succeed: one that failed early would look fast.

    Python may keep its bytecode, as it does once a package is installed; the warm-up then writes it.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = subprocess.DEVNULL
    return lambda: subprocess.run(  # noqa: S603  (our own words)
        command, stdout=quiet, stdin=quiet, env=environment, check=True
    )
