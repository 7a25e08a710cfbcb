"""What a report is about: one file, as it was named, and what the checker says of it."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from stacks.compose.problems import Related
    from stacks.compose.source import Position, SourceText, Span
    from stacks.rules.checker import Report


class CheckedFile(NamedTuple):
    """A path as the user gave it (`<stdin>` for standard input) with the report on its text."""

    path: str
    report: "Report"

    def source_of(self, related: "Related") -> "SourceText":
        """The text that a second place is in."""
        return related.source or self.report.document.source

    def place(self, span: "Span") -> "tuple[Position, Position]":
        """Where a span begins and ends, the end exclusive; lines and columns count from 1."""
        position = self.report.document.source.position
        return position(span.start), position(span.end)
