"""The tables of facts: read once, and kept parsed for as long as their file stays as it is."""

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from stacks.facts import tables

FIRST = 'checked = 2026-11-20\nnames = ["a", "b"]\n[more]\nsize = 1.5\nsure = true\n'
SECOND = FIRST.replace('"b"', '"c"')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tables, "_FOLDER", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    tables.table.cache_clear()
    yield tmp_path
    tables.table.cache_clear()


def read() -> object:
    tables.table.cache_clear()
    return tables.table("words")


def kept(folder: Path) -> list[Path]:
    return list((folder / "__pycache__").glob("words.*.toml.pyc"))


def test_what_is_kept_equals_what_was_parsed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "words.toml").write_text(FIRST, encoding="utf-8")
    parsed = read()
    assert parsed == {"checked": date(2026, 11, 20), "names": ["a", "b"], "more": {"size": 1.5, "sure": True}}
    assert len(kept(folder)) == 1
    monkeypatch.setattr(tables, "_parse", lambda path: pytest.fail("it was parsed again"))
    assert read() == parsed


def test_a_changed_file_is_read_again(folder: Path) -> None:
    file = folder / "words.toml"
    file.write_text(FIRST, encoding="utf-8")
    read()
    file.write_text(SECOND, encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert read() == {"checked": date(2026, 11, 20), "names": ["a", "c"], "more": {"size": 1.5, "sure": True}}


@pytest.mark.parametrize("content", [b"", b"nonsense", b"keep"], ids=["empty", "another stamp", "cut off"])
def test_what_cannot_be_used_is_made_again(folder: Path, content: bytes) -> None:
    (folder / "words.toml").write_text(FIRST, encoding="utf-8")
    parsed = read()
    (file,) = kept(folder)
    file.write_bytes(file.read_bytes()[:-9] if content == b"keep" else content)
    assert read() == parsed


def test_nothing_is_kept_where_python_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "words.toml").write_text(FIRST, encoding="utf-8")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert read() and not (folder / "__pycache__").exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (folder / "__pycache__").write_text("no folder", encoding="utf-8")
    assert read()


def test_a_table_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        tables.table("nothing")
