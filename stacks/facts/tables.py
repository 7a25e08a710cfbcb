"""Reads the tables of facts that lie beside this module, each once and only when somebody asks for it.

A parsed table is kept as Python keeps a compiled module: under `__pycache__`, for as long as size and time of the file
stay the same, and only where that folder can be written. The parser of TOML takes 20 ms for the tables of one check, as
long as all else in it.
"""

import os
import sys
from functools import cache
from typing import Any, Final

_FOLDER: Final = os.path.dirname(os.path.abspath(__file__))


@cache
def table(name: str) -> dict[str, Any]:
    """The table of `name.toml`, as plain data. Raises FileNotFoundError for a name that has none."""
    path = f"{_FOLDER}/{name}.toml"
    status = os.stat(path)
    kept = f"{_FOLDER}/__pycache__/{name}.{sys.implementation.cache_tag}.toml.pyc"
    stamp = f"{sys.hexversion} {status.st_mtime_ns} {status.st_size}".encode()
    found = _read(kept, stamp)
    if found is None:
        found = _parse(path)
        if not sys.dont_write_bytecode:
            _keep(kept, stamp, found)
    return found


def _parse(path: str) -> dict[str, Any]:
    import tomllib  # here, since a command that needs no facts should not pay for it

    with open(path, "rb") as file:
        return tomllib.load(file)


def _read(kept: str, stamp: bytes) -> dict[str, Any] | None:
    import datetime
    import marshal

    try:
        with open(kept, "rb") as file:
            if file.readline() != stamp + b"\n":
                return None
            found: dict[str, Any] = eval(marshal.loads(file.read()), {"datetime": datetime})  # noqa: S302,S307
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return found


def _keep(kept: str, stamp: bytes, found: dict[str, Any]) -> None:
    import marshal

    draft = f"{kept}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        with open(draft, "wb") as file:
            file.write(stamp + b"\n" + marshal.dumps(compile(repr(found), kept, "eval")))
        os.replace(draft, kept)
    except OSError:
        return


def version_pair(text: str) -> tuple[int, int]:
    """The first two numbers of a version: `12.9` and `12.9.1` as (12, 9)."""
    major, minor = [*text.split("."), "0"][:2]
    return int(major), int(minor)
