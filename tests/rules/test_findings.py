"""What each failing case is told, to the letter: place, severity, words and fix."""

import pytest

from tests.rules.findings import FOLDER, pages

PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_cases_are_told_what_was_reviewed(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert PAGES[name] == written, "run `make docs`, and read what changed in tests/rules/findings"


def test_there_is_no_other_page() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)
