"""Every fact of the collection has a rule with a case that shows it, or a reason why it cannot have one."""

import re
from pathlib import Path

import pytest

from tests.rules.case_files import CASES, load_case
from tests.rules.coverage import PAGE, ROOT, Row, page, rows
from tests.rules.test_cases import run

ROWS = rows()
_COLLECTION = ROOT.parent / "shared" / "gpu-facts.md"


def test_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.rules.coverage`"


def test_ids_are_unique() -> None:
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row_is_shown(row: Row) -> None:
    """The cases are there, and the rule that each stands for reports it; a row without cases says why."""
    assert bool(row.cases) != bool(row.reason), "a row has cases or a reason"
    for name in row.cases:
        case = load_case(CASES / f"{name}.yaml")
        assert case.code in {each.code for each in run(case).diagnostics}, name


@pytest.fixture(scope="module")
def collection() -> str:
    """The collection of facts that the table was made from; skipped where it does not lie beside the repository."""
    if not _COLLECTION.exists():
        pytest.skip("the collection of facts is not here")
    return _COLLECTION.read_text(encoding="utf-8")


def test_all_frequent_faults_are_listed(collection: str) -> None:
    """Section G marks what file and host decide: each such row has a rule."""
    section = collection.partition("\n## G.")[2].partition("\n## ")[0]
    marks = {
        f"G.{number}": mark
        for number, mark in re.findall(r"^\| (\d+) \|.*\| \**(risk yes|yes|mostly|partly)\b", section, re.M)
    }
    known = {row.id: row for row in ROWS}
    assert len(marks) == 34 and marks.keys() <= known.keys()
    for name, mark in marks.items():
        assert known[name].static == mark.removeprefix("risk "), name
        assert known[name].cases or mark == "partly", name


@pytest.mark.parametrize("claim", range(1, 7))
def test_claims_of_the_article(claim: int) -> None:
    assert any(row.id == f"H.{claim}" and row.cases for row in ROWS)


def test_sections_are_complete(collection: str) -> None:
    """The numbered facts of A0, the ways of A2 and the rows of the measured values all have a row."""
    ids = {row.id for row in ROWS}
    assert {f"A0.{number}" for number in range(1, 11)} <= ids
    assert {
        f"A2.{number}"
        for number in re.findall(r"^\| (\d+) \| ", collection.partition("### A2.")[2].partition("### A3.")[0], re.M)
    } <= ids


def test_page_names_every_family() -> None:
    assert {case.partition("/")[0][:3] for row in ROWS for case in row.cases} >= {
        "DEV",
        "GPU",
        "DRV",
        "ENG",
        "ENV",
        "MEM",
    }
    assert Path(PAGE).suffix == ".md"
