"""The difference of two texts."""

from __future__ import annotations

import time

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stacks.services.difference import COMPARED_LINES, LineKind, compare

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  d"]), max_size=30)


@settings(max_examples=200)
@given(LINES, LINES)
def test_old_and_new_can_be_read_off_an_unfolded_difference(old: list[str], new: list[str]) -> None:
    assume(old != new)
    difference = compare("".join(f"{line}\n" for line in old), "".join(f"{line}\n" for line in new), context=1000)
    before = [line for line in difference.lines if line.kind is not LineKind.ADDED]
    after = [line for line in difference.lines if line.kind is not LineKind.REMOVED]
    assert [line.text for line in before] == old
    assert [line.text for line in after] == new
    assert [line.old_number for line in before] == list(range(1, len(old) + 1))
    assert [line.new_number for line in after] == list(range(1, len(new) + 1))


@given(LINES)
def test_a_text_does_not_differ_from_itself(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert compare(text, text).empty


def test_equal_stretches_are_folded_but_for_three_lines_of_context() -> None:
    old = "".join(f"{number}\n" for number in range(40))
    difference = compare(old, old.replace("20\n", "twenty\n"))
    kinds = [line.kind for line in difference.lines]
    assert kinds == ["folded", *["same"] * 3, "removed", "added", *["same"] * 3, "folded"]
    assert difference.lines[0].text == "17 equal lines"
    assert (difference.added, difference.removed) == (1, 1)


def test_a_missing_last_line_end_is_a_difference() -> None:
    assert not compare("a\n", "a").empty
    assert compare("a\n", "a\n").empty


def test_two_large_unlike_texts_take_no_seconds() -> None:
    old = "\n".join(f"old {number % 7}" for number in range(COMPARED_LINES * 5))
    new = "\n".join(f"new {number % 5}" for number in range(COMPARED_LINES * 5))
    started = time.process_time()
    difference = compare(old, new)
    assert difference.added == difference.removed == COMPARED_LINES * 5
    assert time.process_time() - started < 2
