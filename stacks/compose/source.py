"""Places in a text, and edits of it.

Offsets count code points from 0; a span is half-open. Lines and columns, wherever a person or a file format sees them,
count from 1. A line ends at `\\n`, `\\r\\n` or `\\r` and nowhere else, as editors count.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from stacks.patterns import lazy_pattern

_LINE_BREAK = lazy_pattern(r"\r\n|\n|\r")


class Span(NamedTuple):
    """The half-open range of code points `[start, end)` of a text."""

    start: int
    end: int

    def contains(self, offset: int) -> bool:
        return self.start <= offset < self.end


class Position(NamedTuple):
    """A line and a column, both counted from 1; the column counts code points."""

    line: int
    column: int


class TextEdit(NamedTuple):
    """Replace the text under `span` by `text`, as in the Language Server Protocol."""

    span: Span
    text: str


class EditError(ValueError):
    """An edit that cannot be made; the message says why, in words for the person who asked for it."""


class OverlappingEditsError(ValueError):
    """Two edits of one batch touch the same text."""


class SourceText:
    """A text with its line table, made on first use."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins; line 1 begins at `line_starts[0] == 0`."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]
        return self._starts

    @property
    def line_count(self) -> int:
        return len(self.line_starts)

    def position(self, offset: int) -> Position:
        """The line and column of `offset`; past the end of the text it is the end of the last line."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a line and column, held within the text."""
        if line > self.line_count:
            return len(self.text)
        return min(self.line_starts[max(line, 1) - 1] + max(column, 1) - 1, len(self.text))

    def line_span(self, line: int, *, with_break: bool = False) -> Span:
        """The span of a line (from 1), without its line break unless asked for."""
        starts = self.line_starts
        start = starts[line - 1]
        end = starts[line] if line < len(starts) else len(self.text)
        if not with_break:
            end = start + len(self.text[start:end].rstrip("\r\n"))
        return Span(start, end)

    def line_text(self, line: int) -> str:
        span = self.line_span(line)
        return self.text[span.start : span.end]

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]


def apply(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with all edits done at once; equal edits count once.

    Raises OverlappingEditsError when two edits touch the same text. Insertions at one place keep their given order.
    """
    unique = list(dict.fromkeys(edits))
    ordered = sorted(unique, key=lambda edit: (edit.span.start, edit.span.end))
    parts: list[str] = []
    cursor = 0
    for edit in ordered:
        if edit.span.start < cursor:
            raise OverlappingEditsError(f"two edits touch offset {edit.span.start}")
        parts.append(text[cursor : edit.span.start])
        parts.append(edit.text)
        cursor = edit.span.end
    parts.append(text[cursor:])
    return "".join(parts)


def difference(before: str, after: str) -> tuple[TextEdit, ...]:
    """One edit that leads from one text to another, as short as one can be; none where they are the same."""
    if before == after:
        return ()
    shorter = min(len(before), len(after))
    start = next((index for index in range(shorter) if before[index] != after[index]), shorter)
    room = shorter - start
    end = next((index for index in range(room) if before[-1 - index] != after[-1 - index]), room)
    return (TextEdit(Span(start, len(before) - end), after[start : len(after) - end]),)
