"""Files that are right: every legal way of giving a container GPUs, and none of the rules may call one of them wrong.

`# host: NAME` names the host that a file fits; `# warns: CODE` the only warnings that it may get without a host.
"""

import re
from pathlib import Path

import pytest

from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Severity
from tests.oracle import ComposeOracle, find_oracle
from tests.rules.case_files import load_host

FOLDER = Path(__file__).parent / "legal"
FILES = sorted(FOLDER.glob("*.yaml"))
LEAST = 40


def words_of(text: str, name: str) -> list[str]:
    """The words after `# name:` at the top of a file."""
    found = re.search(rf"^# {name}: (.*)$", text, re.MULTILINE)
    return found.group(1).replace(",", " ").split() if found else []


def codes(report: Report, severity: Severity) -> dict[str, str]:
    return {each.code: each.message for each in report.diagnostics if each.severity is severity}


def host_of(text: str) -> HostSnapshot:
    (name,) = words_of(text, "host")
    return load_host(name)


@pytest.fixture(scope="module")
def oracle() -> ComposeOracle:
    found = find_oracle()
    if found is None:
        pytest.skip("Docker Compose is not here")
    return found


def test_there_are_enough() -> None:
    assert len(FILES) >= LEAST


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_error_without_a_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    report = check_text(text, {})
    assert codes(report, Severity.ERROR) == {}
    assert sorted(codes(report, Severity.WARNING)) == sorted(words_of(text, "warns"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_error_on_a_fitting_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert codes(check_text(text, {}, host_of(text)), Severity.ERROR) == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_docker_compose_takes_it(path: Path, oracle: ComposeOracle) -> None:
    answer = oracle.config(path.read_text(encoding="utf-8"))
    assert answer.accepted, answer.stderr
