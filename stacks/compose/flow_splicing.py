"""Adding and removing parts of flow collections (`{…}` and `[…]`), as text edits."""

from stacks.compose.emitting import Emittable, flow_text, key_text
from stacks.compose.layout import Layout
from stacks.compose.nodes import Mapping, Sequence
from stacks.compose.source import Span, TextEdit
from stacks.patterns import lazy_pattern

_COMMA = lazy_pattern(r"(?:\s|#[^\r\n\x85\u2028\u2029]*)*,")


def add_entry(layout: Layout, mapping: Mapping, key: str, value: Emittable) -> tuple[TextEdit, ...]:
    return _add(layout, mapping, len(mapping.entries), f"{key_text(key, flow=True)}: {flow_text(value)}")


def add_item(
    layout: Layout, sequence: Sequence, index: int, value: Emittable, quote: str | None
) -> tuple[TextEdit, ...]:
    return _add(layout, sequence, min(index, len(sequence.items)), flow_text(value, quote))


def _add(layout: Layout, collection: Mapping | Sequence, index: int, written: str) -> tuple[TextEdit, ...]:
    parts = layout.parts(collection)
    if not parts:
        return (TextEdit(Span(collection.start + 1, collection.start + 1), written),)
    own_lines = layout.starts_line(parts[-1].start)
    if index < len(parts):
        start = parts[index].start
        gap = layout.newline + " " * layout.column(start) if own_lines and layout.starts_line(start) else " "
        return (TextEdit(Span(start, start), f"{written},{gap}"),)
    end = parts[-1].end
    closing_line = layout.line_start(collection.end - 1)
    if not own_lines or layout.line_start(end) == closing_line:
        return (TextEdit(Span(end, end), f", {written}"),)
    comma = _COMMA.match(layout.text, end, collection.end)
    pad = layout.newline + " " * layout.column(parts[-1].start)
    if comma:
        line_end = layout.line_end(comma.end())
        return (TextEdit(Span(line_end, line_end), f"{pad}{written},"),)
    line_end = layout.line_end(end)
    return (TextEdit(Span(end, end), ","), TextEdit(Span(line_end, line_end), f"{pad}{written}"))


def remove_parts(layout: Layout, collection: Mapping | Sequence, indexes: set[int]) -> tuple[TextEdit, ...]:
    """Remove some or all parts."""
    parts = layout.parts(collection)
    kept = [index for index in range(len(parts)) if index not in indexes]
    if not kept:
        return (TextEdit(Span(collection.start + 1, collection.end - 1), ""),)
    edits = [
        TextEdit(Span(parts[index].start, parts[index + 1].start), "") for index in sorted(indexes) if index < kept[-1]
    ]
    if kept[-1] < len(parts) - 1:
        edits.extend(_remove_tail(layout, parts[kept[-1]].end, parts[-1].end, collection.end))
    return tuple(edits)


def _remove_tail(layout: Layout, start: int, end: int, collection_end: int) -> tuple[TextEdit, ...]:
    """From behind the last part that stays to behind the last one; a comment behind the one that stays is kept."""
    comma = _COMMA.match(layout.text, start, end)
    line_end = layout.line_end(start)
    if comma is None or "#" not in layout.text[comma.end() : line_end] or line_end >= end:
        return (TextEdit(Span(start, end), ""),)
    trailing = _COMMA.match(layout.text, end, collection_end)
    if trailing:
        return (TextEdit(Span(line_end, trailing.end()), ""),)
    return (TextEdit(Span(comma.end() - 1, comma.end()), ""), TextEdit(Span(line_end, layout.line_end(end)), ""))


def replace_entry(layout: Layout, mapping: Mapping, index: int, entries: dict[str, Emittable]) -> tuple[TextEdit, ...]:
    """Write other entries, at least one, in the place of one."""
    part = layout.parts(mapping)[index]
    written = flow_text(entries)[1:-1]
    return (TextEdit(Span(part.start, part.end), written),)
