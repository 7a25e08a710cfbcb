"""The bundle of compiled modules: the same modules as without it, never an old one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; from gpustack.cli import main; sys.exit(main())"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages that may be written to."""
    for package in ("gpustack", "stacks"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    (tmp_path / "compose.yaml").write_text('services: {a: {image: "x:1", gpus: [{count: 0}]}}\n', encoding="utf-8")
    return tmp_path


def check(copy: Path, **variables: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", START, "check", "--format", "json", "compose.yaml"],
        cwd=copy, env=environment | {"PYTHONPATH": str(copy)} | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return done.stdout


def bundles(copy: Path) -> list[Path]:
    return [path for path in (copy / "gpustack/__pycache__").glob("bundle.*") if path.suffix != ".pyc"]


def test_a_bundle_is_made_and_changes_nothing(copy: Path) -> None:
    first = check(copy)
    (bundle,) = bundles(copy)
    times = bundle.stat().st_mtime_ns
    shutil.rmtree(copy / "stacks/rules/dev/__pycache__")
    assert check(copy) == first and "DEV103" in first
    assert not (copy / "stacks/rules/dev/__pycache__").exists(), "the rules came from elsewhere"
    assert bundle.stat().st_mtime_ns == times


def test_a_changed_module_counts_at_once(copy: Path) -> None:
    check(copy)
    rule = copy / "stacks/rules/dev/count_zero.py"
    rule.write_text(rule.read_text(encoding="utf-8").replace('"DEV103"', '"DEV199"'), encoding="utf-8")
    os.utime(rule, (1, 1))
    for _ in range(2):
        assert "DEV199" in check(copy)


@pytest.mark.parametrize("content", [b"", b"nonsense", None], ids=["empty", "nonsense", "cut off"])
def test_a_spoiled_bundle_is_made_again(copy: Path, content: bytes | None) -> None:
    first = check(copy)
    (bundle,) = bundles(copy)
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:-100] if content is None else content)
    assert check(copy) == first
    assert len(bundle.read_bytes()) > len(whole) // 2


def test_nothing_is_written_where_python_writes_nothing(copy: Path) -> None:
    check(copy, PYTHONDONTWRITEBYTECODE="1")
    assert not bundles(copy)
