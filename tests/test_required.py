"""A skip for want of a required tool fails; any other skip stays one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = """
import pytest

@pytest.fixture
def oracle():
    pytest.skip("there is none")

def test_asks_the_oracle(oracle): ...

def test_of_something_else():
    pytest.skip("not on this system")
"""


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        ("", "2 skipped"),
        ("browser", "2 skipped"),
        ("oracle", "1 skipped, 1 error"),
        ("browser, oracle", "1 skipped, 1 error"),
    ],
)
def test_required_tools(tmp_path: Path, names: str, outcome: str) -> None:
    """The skip of a fixture happens before the test, which pytest calls an error."""
    finished = run(tmp_path, TESTS, names)
    assert outcome in finished.stdout
    assert ("there is none" in finished.stdout) == ("error" in outcome)


def test_a_skipped_module_fails_too(tmp_path: Path) -> None:
    """A browser test may skip its whole module while it is collected."""
    text = 'import pytest\npytest.skip("no Chromium", allow_module_level=True)\n'
    assert "1 skipped" in run(tmp_path / "browser", text, "oracle").stdout
    finished = run(tmp_path / "browser", text, "browser")
    assert finished.returncode != 0 and "no Chromium" in finished.stdout


def test_unknown_tool_is_refused(tmp_path: Path) -> None:
    finished = run(tmp_path, TESTS, "orcale")
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "orcale" in finished.stderr


def run(folder: Path, text: str, names: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    path = folder / "test_it.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.required", "-p", "no:django", "-c", os.devnull, str(path)],
        cwd=ROOT,
        env={**os.environ, "GPU_COMPOSE_REQUIRE": names},
        capture_output=True,
        text=True,
        check=False,
    )
