"""The starter templates: Docker Compose accepts each, and our own rules find nothing to repair."""

import re
from pathlib import Path

import pytest

import stacks.facts
from stacks.rules.checker import check_text
from stacks.rules.findings import Severity
from tests.oracle import ComposeOracle
from tests.rules.case_files import load_host

STARTERS = sorted((Path(stacks.facts.__file__).parent / "starters").glob("*.yaml"))
NAMES = [path.stem for path in STARTERS]


def test_there_are_enough() -> None:
    assert len(STARTERS) >= 8


@pytest.mark.parametrize("path", STARTERS, ids=NAMES)
def test_docker_compose_accepts_it(path: Path, oracle: ComposeOracle) -> None:
    answer = oracle.config(path.read_text(encoding="utf-8"))
    assert answer.accepted, answer.stderr
    assert "level=warning" not in answer.stderr


@pytest.mark.parametrize("host", [None, "h200-x2", "mixed"])
@pytest.mark.parametrize("path", STARTERS, ids=NAMES)
def test_it_is_clean(path: Path, host: str | None) -> None:
    report = check_text(path.read_text(encoding="utf-8"), {}, load_host(host) if host else None)
    found = [(each.code, each.message) for each in report.diagnostics if each.severity is not Severity.INFO]
    assert found == []


@pytest.mark.parametrize("path", STARTERS, ids=NAMES)
def test_it_describes_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert re.fullmatch(r"# title: .{5,60}", lines[0])
    assert re.fullmatch(r"# description: .{20,160}", lines[1])
    assert re.fullmatch(r"# needs: gpus=\d+( vram=\d+)?( port=\d+)?", lines[2])
    assert re.search(r"\$\{[A-Z_]+:-", text), "a template has parameters"
    assert not re.search(r"image: .*(:latest|[^:}\d]$)", text), "images are pinned"
