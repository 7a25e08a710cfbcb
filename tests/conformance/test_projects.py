"""The reference implementation's own projects, in place: files that extend and include others, alone and in pairs."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path

import pytest

from gpustack.commands.opened import open_project
from stacks.rules.findings import Layer, Severity
from tests.oracle import ComposeOracle

_SPECIFICATION = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "spec"
_ASK_ALL = os.environ.get("GPU_COMPOSE_CONFORMANCE") == "all"
_REFUSING = (Layer.YAML, Layer.SCHEMA, Layer.COMPOSE)

Named = tuple[Path, tuple[str, ...]]  # a folder, and the files of one project in it


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, list[str]]]:
    """Every folder with Compose files, and an environment that is the same for both."""
    if not _SPECIFICATION.is_dir():
        pytest.skip("the specification's cases are not here")
    for name in set(os.environ) - {"PATH", "HOME", "XDG_CACHE_HOME"}:
        monkeypatch.delenv(name)
    found: dict[Path, list[str]] = {}
    for path in sorted(_SPECIFICATION.rglob("*.y*ml")):
        found.setdefault(path.parent, []).append(path.name)
    return list(found.items())


def is_accepted_by_us(named: Named, monkeypatch: pytest.MonkeyPatch) -> bool:
    folder, names = named
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PWD", str(folder))
    report = open_project(names, None).check(None)
    return not any(each.severity is Severity.ERROR and each.layer in _REFUSING for each in report.diagnostics)


def is_accepted_by_compose(oracle: ComposeOracle, named: Named) -> bool:
    folder, names = named
    options = [part for name in names for part in ("-f", name)]
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ}
    command = [str(oracle.executable), *options, "config", "-q"]
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=20, check=False)
    return finished.returncode == 0


def differing(oracle: ComposeOracle, projects: list[Named], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        theirs = list(pool.map(lambda named: is_accepted_by_compose(oracle, named), projects))
    ours = [is_accepted_by_us(named, monkeypatch) for named in projects]
    return [str(named) for named, one, other in zip(projects, ours, theirs, strict=True) if one is not other]


def test_projects_in_place(
    oracle: ComposeOracle, folders: list[tuple[Path, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[Named] = [(folder, (name,)) for folder, names in folders for name in names]
    assert len(alone) > 200
    assert not differing(oracle, alone if _ASK_ALL else alone[::3], monkeypatch)


def test_any_two_files_of_a_folder(
    oracle: ComposeOracle, folders: list[tuple[Path, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged in either order; most of them were not made for it."""
    pairs: list[Named] = [(folder, pair) for folder, names in folders for pair in permutations(names, 2)]
    assert len(pairs) > 5000
    step = len(pairs) // (400 if _ASK_ALL else 60)
    assert not differing(oracle, pairs[::step], monkeypatch)
