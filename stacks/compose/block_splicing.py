"""Adding and removing parts of block collections, as text edits.

Comments: one behind a part on its line, and those indented deeper below it, go with the part. Comment lines directly
above a part at its own column go with it too, except above the first part, where they head the whole block.
"""

from dataclasses import dataclass

from stacks.compose.emitting import Emittable, Style, mapping_lines, sequence_lines
from stacks.compose.layout import Layout, Part, keeps_blank_lines, last_scalar
from stacks.compose.nodes import Mapping, Sequence
from stacks.compose.source import Span, TextEdit


@dataclass(frozen=True, slots=True)
class Block:
    """A block collection that is not empty, with its parts and the column of its keys or dashes."""

    layout: Layout
    collection: Mapping | Sequence
    parts: list[Part]
    column: int

    @classmethod
    def of(cls, layout: Layout, collection: Mapping | Sequence) -> "Block":
        parts = layout.parts(collection)
        return cls(layout, collection, parts, layout.column(parts[0].start))

    def end_of(self, index: int) -> int:
        return self.layout.end_of_part(self.parts[index], self.column)

    def start_of(self, index: int) -> int:
        """Where the lines of a part begin, with the comments that belong to it; its own start in a compact item."""
        layout = self.layout
        part = self.parts[index]
        if not layout.starts_line(part.start):
            return part.start
        start = layout.line_start(part.start)
        if index == 0:
            return start
        floor = layout.next_line(self.parts[index - 1].end)
        while start > floor:
            above = layout.line_start(layout.previous_break(start))
            if above < floor or layout.comment_column(above) != self.column:
                break
            start = above
        return start


def add_entry(block: Block, key: str, value: Emittable, style: Style) -> tuple[TextEdit, ...]:
    """A new entry behind the last one; in front of it where the last one is a block scalar at the text's end."""
    lines = mapping_lines({key: value}, block.column, style)
    return (_insert_last(block, lines),)


def add_item(block: Block, index: int, value: Emittable, style: Style) -> tuple[TextEdit, ...]:
    """A new item in front of item `index`, or behind the last one."""
    lines = sequence_lines([value], block.column, style)
    return (_insert_last(block, lines) if index >= len(block.parts) else _insert_before(block, index, lines),)


def _insert_last(block: Block, lines: list[str]) -> TextEdit:
    layout = block.layout
    end = block.end_of(len(block.parts) - 1)
    if layout.ends_with_break(end) and end > layout.first:
        gap = [""] if _is_spaced(block) else []
        return insert_lines(layout, end, gap + lines)
    last = block.parts[-1]
    scalar = last_scalar(last.node, last.is_alias)
    if scalar is not None and scalar.style in ("|", ">"):  # a line break more would change what it holds
        return _insert_before(block, len(block.parts) - 1, lines)
    gap = [""] if _is_spaced(block) else []
    return TextEdit(Span(end, end), layout.newline + layout.newline.join(gap + lines))


def _insert_before(block: Block, index: int, lines: list[str]) -> TextEdit:
    start = block.start_of(index)
    if block.layout.starts_line(block.parts[index].start):
        return insert_lines(block.layout, start, lines)
    pad = " " * block.column
    lines = [lines[0].strip(" "), *lines[1:]]
    return TextEdit(Span(start, start), block.layout.newline.join([*lines, pad]))


def insert_lines(layout: Layout, offset: int, lines: list[str]) -> TextEdit:
    """Whole lines at the start of a line."""
    return TextEdit(Span(offset, offset), "".join(line + layout.newline for line in lines))


def _is_spaced(block: Block) -> bool:
    """Whether blank lines part all entries of the mapping, as people write services and sections."""
    if len(block.parts) < 2 or isinstance(block.collection, Sequence):
        return False
    layout = block.layout
    for index in range(1, len(block.parts)):
        start = block.start_of(index)
        previous = block.parts[index - 1]
        if keeps_blank_lines(layout.text, previous.node, previous.is_alias):
            return False
        if not layout.is_blank_line(layout.line_start(layout.previous_break(start))):
            return False
    last = block.parts[-1]
    return not keeps_blank_lines(layout.text, last.node, last.is_alias)


def remove_parts(block: Block, indexes: set[int]) -> tuple[TextEdit, ...]:
    """Remove some parts of a block, but not all of them."""
    edits = []
    for first, last in _runs(sorted(indexes)):
        start, end = _region(block, first, last)
        edits.append(TextEdit(Span(start, end), ""))
    return tuple(edits)


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in indexes:
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _region(block: Block, first: int, last: int) -> tuple[int, int]:
    layout, text = block.layout, block.layout.text
    start, end = block.start_of(first), block.end_of(last)
    if not layout.starts_line(block.parts[first].start):
        while end < len(text) and text[end] in " \t\r\n":
            end += 1
        return start, end
    start, end = _with_blank_lines(block, first, last, start, end)
    if end == len(text) and not layout.ends_with_break(end):
        start = layout.previous_break(start)
    return start, end


def _with_blank_lines(block: Block, first: int, last: int, start: int, end: int) -> tuple[int, int]:
    """Of the blank lines above and below only one side stays."""
    layout = block.layout
    is_last = last == len(block.parts) - 1
    if first == 0:
        while not is_last and layout.is_blank_line(end):
            end = layout.next_line(end)
        return start, end
    before = block.parts[first - 1]
    if keeps_blank_lines(layout.text, before.node, before.is_alias) or not (is_last or layout.is_blank_line(end)):
        return start, end
    floor = layout.next_line(before.end)
    while start > floor:
        above = layout.line_start(layout.previous_break(start))
        if above < floor or not layout.is_blank_line(above):
            break
        start = above
    return start, end


def replace_entry(block: Block, index: int, entries: dict[str, Emittable], style: Style) -> tuple[TextEdit, ...]:
    """Write other entries, at least one, in the place of one."""
    part = block.parts[index]
    lines = mapping_lines(entries, block.column, style)
    lines[0] = lines[0].strip(" ")
    return (TextEdit(Span(part.start, part.end), block.layout.newline.join(lines)),)
