import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.source import OverlappingEditsError, Position, SourceText, Span, TextEdit, apply


def test_lines_end_as_editors_count() -> None:
    source = SourceText("a\r\nb\rc\nd\x85e\u2028f")
    assert source.line_count == 4
    assert [source.line_text(line) for line in range(1, 5)] == ["a", "b", "c", "d\x85e\u2028f"]
    assert source.position(3) == Position(2, 1)
    assert source.position(99) == source.position(len(source.text))
    assert source.slice(source.line_span(1, with_break=True)) == "a\r\n"


@given(st.text(alphabet="ab\r\n", max_size=30))
def test_offsets_and_positions_are_inverse(text: str) -> None:
    source = SourceText(text)
    for offset in range(len(text) + 1):
        position = source.position(offset)
        assert source.offset(position.line, position.column) == offset


def test_edits_apply_together() -> None:
    edits = [TextEdit(Span(4, 5), "X"), TextEdit(Span(0, 0), ">"), TextEdit(Span(1, 3), ""), TextEdit(Span(4, 5), "X")]
    assert apply("abcdef", edits) == ">adXf"


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(OverlappingEditsError):
        apply("abcdef", [TextEdit(Span(0, 3), "x"), TextEdit(Span(2, 4), "y")])
