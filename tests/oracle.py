"""The real Docker Compose, asked what it makes of a file: the referee of all that claims to read as Compose does."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
_TIMEOUT_SECONDS = 20


class OracleAnswer(NamedTuple):
    """What `docker compose config` answered."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def accepted(self) -> bool:
        return self.returncode == 0

    @property
    def project(self) -> dict[str, Any]:
        """The resolved project as data; only of an accepted file."""
        assert self.accepted, self.stderr
        data: dict[str, Any] = json.loads(self.stdout)
        return data


@dataclass(frozen=True, slots=True)
class ComposeOracle:
    """Runs the Compose binary on a text, in an empty project folder and with an environment of its own."""

    executable: Path

    def config(
        self,
        text: str,
        env_file: str | None = None,
        project_files: Mapping[str, str] | None = None,
        options: tuple[str, ...] = ("--format", "json"),
    ) -> OracleAnswer:
        """`docker compose -f compose.yaml config` of `text`.

        `env_file` is the text of the `.env` that it interpolates from; `project_files` maps further paths, relative to
        the project folder, to their texts. Nothing of the caller's environment is seen but PATH and HOME.
        """
        files = dict(project_files or {}) | {"compose.yaml": text}
        return self.config_of(("compose.yaml",), files if env_file is None else files | {".env": env_file}, options)

    def config_of(
        self, names: Iterable[str], files: Mapping[str, str], options: tuple[str, ...] = ("--format", "json")
    ) -> OracleAnswer:
        """`docker compose -f NAME … config` in a folder that holds `files`: their texts by their paths."""
        with tempfile.TemporaryDirectory(prefix="oracle-") as root:
            folder = Path(root) / "project"
            for name, content in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.encode("utf-8", "surrogateescape"))
            environment = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ}
            named = [part for name in names for part in ("-f", name)]
            finished = subprocess.run(
                [str(self.executable), *named, "config", *options],
                cwd=folder,
                env=environment,
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        return OracleAnswer(
            finished.returncode, finished.stdout.decode("utf-8", "replace"), finished.stderr.decode("utf-8", "replace")
        )


def find_oracle() -> ComposeOracle | None:
    """The oracle named by GPU_COMPOSE_ORACLE, else the one beside the repository; None when there is neither."""
    named = os.environ.get("GPU_COMPOSE_ORACLE")
    path = Path(named) if named else _ROOT.parent / "shared" / "tools" / "docker-compose-oracle"
    return ComposeOracle(path) if os.access(path, os.X_OK) and path.is_file() else None
