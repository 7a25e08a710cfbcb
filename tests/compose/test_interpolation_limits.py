"""Texts made to exhaust the interpolation: each ends soon, with an error that says what was met."""

from __future__ import annotations

import time

import pytest

from stacks.compose.interpolation import MAX_DEPTH, MAX_ERRORS, MAX_LENGTH, ErrorKind, interpolate


@pytest.mark.parametrize(
    "text",
    [
        "${A:-" * 20_000 + "x" + "}" * 20_000,
        "${A:-" * 20_000,
        "${" * 50_000,
        "${A:-\n" * 20_000,
        "{" * 100_000 + "${A:-}" * 100,
        "${A:-${B:-c}}" * 8_000,
        "${A:-x}" * 10_000 + "y" * 50_000,
        "${A:?" * 20_000 + "}" * 20_000,
    ],
    ids=["nested", "unclosed", "empty", "lines", "braces", "pairs", "tail", "required"],
)
def test_a_bomb_of_a_hundred_thousand_characters_ends_at_once(text: str) -> None:
    start = time.process_time()
    result = interpolate(text, {})
    assert time.process_time() - start < 2
    assert len(result.errors) <= MAX_ERRORS + MAX_DEPTH


def test_a_text_that_grows_without_bound_is_stopped() -> None:
    result = interpolate("$A" * 10_000, {"A": "x" * 1_000_000})
    assert [error.kind for error in result.errors] == [ErrorKind.TOO_LONG]
    assert len(result.value) <= MAX_LENGTH + 20_000


def test_nesting_has_a_limit_that_says_so() -> None:
    def nested(depth: int) -> str:
        return "${A:-" * depth + "x" + "}" * depth

    assert interpolate(nested(MAX_DEPTH), {}).value == "x"
    (error,) = interpolate(nested(MAX_DEPTH + 1), {}).errors
    assert "nested more than" in error.message
