"""Public Compose files, with the verdict that the real Docker Compose gave on each."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from stacks.rules.checker import check_text
from stacks.rules.fixer import fix_all
from tests.conformance.verdicts import our_errors

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


@pytest.fixture(scope="module")
def corpus() -> Path:
    if not _CORPUS.is_dir():
        message = "the corpus of public Compose files is not here"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return _CORPUS


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def test_public_files_alone(corpus: Path) -> None:
    """As in an empty folder and without `.env`, which is how `rc_interp` was recorded."""
    with (corpus / "dev" / "verdicts.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    assert len(rows) > 100
    wrong = {}
    for row in rows:
        errors = our_errors(read(corpus / "dev" / f"{row['n']}.yml"))
        if bool(errors) == (row["rc_interp"] == "0"):
            wrong[row["n"]] = (row["err_interp"], errors[:3])
    assert not wrong


def test_files_of_the_reference_implementation(corpus: Path) -> None:
    """Files that it accepts in place, with all that they name beside them."""
    paths = sorted((corpus / "spec" / "valid").glob("*.yml"))
    assert len(paths) > 80
    wrong = {path.name: errors for path in paths if (errors := our_errors(read(path), file_exists=lambda _: True))}
    assert not wrong


def test_no_file_ends_in_a_traceback(corpus: Path) -> None:
    paths = [path for pattern in ("*.yml", "*.yaml") for path in (corpus / "spec").rglob(pattern)]
    assert len(paths) > 150
    for path in paths:
        check_text(read(path))


def test_fixing_ends(corpus: Path) -> None:
    """Safe fixes add no error, and have nothing left to do the second time."""
    for path in sorted((corpus / "dev").glob("*.yml")):
        once = fix_all(read(path))
        assert fix_all(once.text).text == once.text, path.name
