"""Reads the tables of facts that lie beside this module, each once and only when somebody asks for it."""

from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent


@cache
def table(name: str) -> dict[str, Any]:
    """The table of `name.toml`, as plain data. Raises FileNotFoundError for a name that has none."""
    import tomllib  # here, since a command that needs no facts should not pay for it

    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def version_pair(text: str) -> tuple[int, int]:
    """The first two numbers of a version: `12.9` and `12.9.1` as (12, 9)."""
    major, minor = [*text.split("."), "0"][:2]
    return int(major), int(minor)
