"""Patterns that are compiled late: as good as any other once they are used."""

import re

import pytest

from stacks.patterns import lazy_pattern


def test_a_pattern_is_compiled_once_and_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    at_once = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: made.append(given) or at_once(*given))
    pattern = lazy_pattern("(a)(b)?", re.IGNORECASE)
    assert not made
    match = pattern.fullmatch("aB")
    assert match is not None and match[2] == "B" and pattern.sub("x", "cab") == "cx"
    assert [match.start() for match in pattern.finditer("aba")] == [0, 2] and pattern.search("b") is None
    assert pattern.findall("ab") == [("a", "b")] and made == [("(a)(b)?", re.IGNORECASE)]
    assert pattern.groups == 2 and pattern.pattern == "(a)(b)?"
