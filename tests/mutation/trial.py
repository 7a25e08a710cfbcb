"""One mutant against the tests: in a forked process that imports the changed source in place of the file."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from enum import StrEnum
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType

import pytest

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r"^@rule\(\s*\"([A-Z]{3}\d{3})\"", re.MULTILINE)
_SLOWEST = 180  # seconds for the tests of one mutant; what takes longer hangs


class Verdict(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"


class _Changed(MetaPathFinder, SourceLoader):
    """Finds one module, with another source than its file has."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return spec_from_loader(name, self, origin=str(self.path)) if name == self.name else None

    def get_filename(self, fullname: str) -> str:
        return str(self.path)

    def get_data(self, path: str | bytes) -> bytes:
        return self.source.encode()

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, str(self.path), "exec", dont_inherit=True)


def stages(path: Path, source: str) -> list[list[str]]:
    """The tests of a module, the nearest first: each stage is run when the one before let the mutant live."""
    rule = _CODE.search(source)
    if rule is not None:
        wide = ["test_findings.py", "test_gpu_requests.py", "test_interplay.py", "test_seed.py"]
        return [["tests/rules/test_cases.py", "-k", rule.group(1)], [f"tests/rules/{name}" for name in wide]]
    own = [str(found.relative_to(ROOT)) for found in sorted(ROOT.glob(f"tests/*/test_{path.stem}*.py"))]
    return [
        *([own] if own else []),
        ["tests/rules/test_cases.py", "tests/conformance"],
        ["tests/compose", "tests/rules"],
    ]


def run_tests(arguments: Sequence[str], changed: tuple[str, Path, str] | None) -> Verdict:
    """Whether the tests fail with the changed source. The child is forked before anything of `stacks` is imported."""
    child = os.fork()
    if child == 0:
        os.setsid()
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        if changed is not None:
            sys.meta_path.insert(0, _Changed(*changed))
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--tb=no"]
        os._exit(0 if pytest.main([*options, *arguments]) == pytest.ExitCode.OK else 1)
    deadline = time.monotonic() + _SLOWEST
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return Verdict.SURVIVED if os.waitstatus_to_exitcode(status) == 0 else Verdict.KILLED
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return Verdict.TIMEOUT


def attempt(path: Path, source: str) -> Verdict:
    """The verdict of all stages on a changed source."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for arguments in stages(path, path.read_text(encoding="utf-8")):
        verdict = run_tests(arguments, (name, path, source))
        if verdict is not Verdict.SURVIVED:
            return verdict
    return Verdict.SURVIVED
