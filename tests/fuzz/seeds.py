"""What the fuzzer starts from: the cases of all rules, the starter templates, and the public files where they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from stacks import facts
from stacks.hosts.snapshot import HostSnapshot
from tests.rules.case_files import CASES, load_host

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_HOSTS = ("h200-x2", "mig", "mixed", "no-gpu", "old-compose")


@cache
def load_seeds() -> tuple[str, ...]:
    """Their texts, in an order that does not change."""
    folders = (CASES, Path(facts.__file__).parent / "starters", _CORPUS / "dev", _CORPUS / "spec" / "valid")
    paths = sorted(path for folder in folders for path in folder.rglob("*.y*ml"))
    return tuple(path.read_bytes().decode("utf-8", "replace") for path in paths)


@cache
def load_hosts() -> tuple[HostSnapshot | None, ...]:
    return (None, *(load_host(name) for name in _HOSTS))
