"""The lines of a source under a finding, with the exact range underlined, as compilers show them."""

from collections.abc import Iterator

from stacks.compose.source import SourceText, Span
from stacks.reports.visible import cells

WIDEST = 160  # characters of a source line that are shown
_BEFORE = 60  # of them, at most so many before the range when a line has to be cut
_MOST_LINES = 4


def underlined_lines(source: SourceText, span: Span, mark: str) -> Iterator[tuple[int | None, str, str]]:
    """Yield (line number, its text as shown, its underline) for each line of a span.

    A span of more than four lines is shown by its first and last one; between them stands (None, "…", "").
    """
    first = source.position(span.start).line
    last = max(first, source.position(max(span.start, span.end - 1)).line)
    lines = range(first, last + 1)
    cut = len(lines) > _MOST_LINES
    for line in (first, last) if cut else lines:
        if cut and line == last:
            yield None, "…", ""
        yield line, *_underlined(source, span, line, mark)


def _underlined(source: SourceText, span: Span, line: int, mark: str) -> tuple[str, str]:
    whole = source.line_span(line)
    text = source.slice(whole)
    start = min(max(span.start - whole.start, 0), len(text))
    end = min(max(span.end - whole.start, start), len(text))
    if span.start < whole.start:
        start = min(len(text) - len(text.lstrip()), end)
    text, start, end, more_before, more_after = _window(text, start, end)
    shown, widths = cells(text)
    indent = " " * (sum(widths[:start]) + len(more_before))
    underline = mark * max(1, sum(widths[start:end]))
    return f"{more_before}{''.join(shown)}{more_after}".rstrip(), indent + underline


def _window(text: str, start: int, end: int) -> tuple[str, int, int, str, str]:
    """At most WIDEST characters of a line around its range, and an ellipsis on each side that was cut."""
    if len(text) <= WIDEST:
        return text, start, end, "", ""
    left = max(0, min(start - _BEFORE, len(text) - WIDEST))
    right = left + WIDEST
    return (
        text[left:right],
        start - left,
        min(end, right) - left,
        "…" if left else "",
        "…" if right < len(text) else "",
    )
