"""Text edits of one value where it stands: replace it, add to it, take parts out of it.

Nothing here follows an alias or a merge; `editing` decides where to cut.
"""

from dataclasses import dataclass, replace

from stacks.compose import block_splicing, flow_splicing
from stacks.compose.block_splicing import Block
from stacks.compose.emitting import (
    MAX_FLOW_WIDTH,
    QUOTED_LISTS,
    Emittable,
    Style,
    attached,
    flow_text,
    mapping_lines,
    sequence_lines,
)
from stacks.compose.layout import Layout, Part
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.source import Span, TextEdit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value hangs: part `index` of `parent` (None for the root). `chain` leads from the root to `parent`."""

    parent: Mapping | Sequence | None
    index: int
    chain: tuple[Node, ...]

    @property
    def key(self) -> str | None:
        return self.parent.entries[self.index].name if isinstance(self.parent, Mapping) else None

    @property
    def span(self) -> Span:
        """What is written for the value, without anchor and tag."""
        if isinstance(self.parent, Mapping):
            return self.parent.entries[self.index].value_span
        assert self.parent is not None
        return self.parent.item_span(self.index)

    @property
    def node(self) -> Node:
        if isinstance(self.parent, Mapping):
            return self.parent.entries[self.index].value
        assert self.parent is not None
        return self.parent.items[self.index]


def style_at(layout: Layout, chain: tuple[Node, ...], node: Node | None = None) -> Style:
    """The style near a place; block scalars only where a line break ends the text, which would change the last one."""
    return Style(layout.indentation(list(chain)), layout.ends_with_break(len(layout.text)), _quote_of(node))


def _quote_of(node: Node | None) -> str | None:
    """The quote that a scalar, or every string of a list, has."""
    if isinstance(node, Scalar):
        return node.style if node.style in ("'", '"') else None
    if isinstance(node, Sequence) and node.items:
        quotes = {_quote_of(item) if isinstance(item, Scalar) else None for item in node.items}
        return quotes.pop() if len(quotes) == 1 else None
    return None


# -- replacing


def replace_value(
    layout: Layout, place: Place, value: Emittable, *, keep_anchor: bool = False, prefix: str = ""
) -> tuple[TextEdit, ...]:
    """Write another value in a place; `prefix` is an anchor to put in front of it, as `&name`."""
    assert place.parent is not None
    part = layout.parts(place.parent)[place.index]
    edits, head_end = _without_properties(layout, part, value, keep_anchor)
    if place.parent.flow:
        return (*edits, _replace_in_flow(layout, place, part, head_end, value, prefix))
    return (*edits, *_replace_in_block(layout, place, part, head_end, value, prefix))


def _without_properties(layout: Layout, part: Part, value: Emittable, keep_anchor: bool) -> tuple[list[TextEdit], int]:
    """Edits that take away tags, and the anchor unless it is kept; and where what is kept of them ends."""
    edits: list[TextEdit] = []
    head_end = part.head_end
    for start, end in layout.properties(part):
        written = layout.text[start:end]
        if (keep_anchor and written.startswith("&")) or (written == "!override" and isinstance(value, dict | list)):
            head_end = end
            continue
        while start > part.head_end and layout.text[start - 1] in " \t":
            start -= 1
        edits.append(TextEdit(Span(start, end), ""))
    return edits, head_end


def _replace_in_flow(
    layout: Layout, place: Place, part: Part, head_end: int, value: Emittable, prefix: str
) -> TextEdit:
    span = place.span
    written = f"{prefix} {flow_text(value, _quote_of(place.node))}".strip()
    if span.start < span.end:
        return TextEdit(span, written)
    if isinstance(place.parent, Mapping) and part.head_end == place.parent.entries[place.index].key.end:
        return TextEdit(Span(head_end, head_end), f": {written}")
    return TextEdit(Span(head_end, head_end), f" {written}")


def _replace_in_block(
    layout: Layout, place: Place, part: Part, head_end: int, value: Emittable, prefix: str
) -> tuple[TextEdit, ...]:
    span, node = place.span, place.node
    column = layout.column(part.start)
    block = None if part.is_alias or isinstance(node, Scalar) or node.flow else Block.of(layout, node)
    start = block.parts[0].start if block else span.start
    same_line = layout.line_start(start) == layout.line_start(part.head_end)
    literals = same_line and block is None and layout.ends_with_break(len(layout.text))
    inline, below = _attached(layout, place, column, value, prefix, literals=literals)
    head = [TextEdit(Span(head_end, head_end), f" {inline}")] if inline else []
    if span.start == span.end:
        return (*head, *_append_lines(layout, layout.skip_deeper_comments(layout.next_line(head_end), column), below))
    if block and not same_line:
        return (*head, _replace_lines(layout, block, below))
    if same_line and not inline:
        while start > head_end and layout.text[start - 1] in " \t":
            start -= 1
    elif not same_line and below:
        start = layout.line_start(start)
        lines = [" " * layout.column(span.start) + inline, *below] if inline else below
        return (TextEdit(Span(start, span.end), layout.newline.join(lines)),)
    if block or (isinstance(node, Scalar) and not part.is_alias and node.style in ("|", ">")):
        return (TextEdit(Span(start, span.end), layout.newline.join([inline, *below])),)
    return (TextEdit(Span(start, span.end), inline), *_append_lines(layout, layout.next_line(span.end), below))


def _attached(
    layout: Layout, place: Place, column: int, value: Emittable, prefix: str, *, literals: bool
) -> tuple[str, list[str]]:
    """What is to stand behind the key or dash of a place in a block, and the lines below it."""
    node, key = place.node, place.key
    style = replace(style_at(layout, place.chain, node), literals=literals)
    if isinstance(value, list | dict) and value and not isinstance(node, Scalar) and node.flow:
        written = flow_text(value, style.quote or QUOTED_LISTS.get(key or ""))
        has_parts = bool(node.entries if isinstance(node, Mapping) else node.items)
        if has_parts and len(written) <= MAX_FLOW_WIDTH:
            return f"{prefix} {written}".strip(), []
    if key is not None and isinstance(node, Sequence) and not node.flow:
        key = ""  # a list that was written as a block stays one
    if prefix and isinstance(value, dict | list) and value:
        step = 2 if key is None else style.indentation.mapping
        below = mapping_lines(value, column + step, style) if isinstance(value, dict) else []
        if isinstance(value, list):
            step = 2 if key is None else style.indentation.sequence
            below = sequence_lines(value, column + step, style)
        return prefix, below
    inline, below = attached(value, column, style, key=key)
    return f"{prefix} {inline}".strip(" "), below


def _append_lines(layout: Layout, offset: int, lines: list[str]) -> tuple[TextEdit, ...]:
    """Whole lines at the start of a line, or behind a last line that has no line break."""
    if not lines:
        return ()
    if layout.ends_with_break(offset):
        return (block_splicing.insert_lines(layout, offset, lines),)
    return (TextEdit(Span(offset, offset), "".join(layout.newline + line for line in lines)),)


def _replace_lines(layout: Layout, block: Block, lines: list[str]) -> TextEdit:
    """Write other lines in the place of those of a whole block; comments that head it stay."""
    start, end = layout.line_start(block.parts[0].start), block.end_of(len(block.parts) - 1)
    written = "".join(line + layout.newline for line in lines)
    if not layout.ends_with_break(end):
        if not lines:
            start = layout.previous_break(start)
        written = layout.newline.join(lines)
    return TextEdit(Span(start, end), written)


# -- adding


def add_entry(
    layout: Layout, mapping: Mapping, place: Place | None, key: str, value: Emittable
) -> tuple[TextEdit, ...]:
    """A new key at the end of a mapping, which hangs at `place` (None for the root)."""
    chain = (*place.chain, mapping) if place else (mapping,)
    if mapping.flow:
        if place and not mapping.entries and _is_lone_empty(layout, place):
            return _fill_empty(layout, place, {key: value})
        return flow_splicing.add_entry(layout, mapping, key, value)
    return block_splicing.add_entry(Block.of(layout, mapping), key, value, style_at(layout, chain))


def add_item(layout: Layout, sequence: Sequence, place: Place, index: int, value: Emittable) -> tuple[TextEdit, ...]:
    """A new item in front of item `index`, or at the end."""
    if sequence.flow:
        if not sequence.items and place.key is not None and _is_lone_empty(layout, place):
            return _fill_empty(layout, place, [value])
        return flow_splicing.add_item(layout, sequence, index, value, _quote_of(sequence))
    style = style_at(layout, (*place.chain, sequence), sequence)
    return block_splicing.add_item(Block.of(layout, sequence), index, value, style)


def _is_lone_empty(layout: Layout, place: Place) -> bool:
    """Whether a place of a block reads `key: {}`, with one space, so that it can become a block and be one again."""
    if place.parent is None or place.parent.flow:
        return False
    start, end = place.span.start, place.span.end
    return end - start == 2 and layout.text[start - 1] == " " and layout.text[start - 2] not in " \t\r\n"


def _fill_empty(layout: Layout, place: Place, value: Emittable) -> tuple[TextEdit, ...]:
    """Turn the `{}` or `[]` of a place into a block."""
    assert place.parent is not None
    part = layout.parts(place.parent)[place.index]
    column = layout.column(part.start)
    style = replace(style_at(layout, place.chain), literals=False)
    inline, below = attached(value, column, style, key=place.key)
    if place.key is None:
        below_at = layout.next_line(place.span.end)
        return (TextEdit(place.span, inline), *_append_lines(layout, below_at, below))
    if inline:
        return (TextEdit(place.span, inline),)
    below_at = layout.skip_deeper_comments(layout.next_line(place.span.end), column)
    return (TextEdit(Span(place.span.start - 1, place.span.end), ""), *_append_lines(layout, below_at, below))


# -- removing


def remove_parts(
    layout: Layout, collection: Mapping | Sequence, place: Place | None, indexes: set[int]
) -> tuple[TextEdit, ...]:
    """Remove some or all parts of a collection; of all, `{}` or `[]` is left."""
    if collection.flow:
        return flow_splicing.remove_parts(layout, collection, indexes)
    block = Block.of(layout, collection)
    if len(indexes) < len(block.parts):
        return block_splicing.remove_parts(block, indexes)
    empty = "{}" if isinstance(collection, Mapping) else "[]"
    first, last = block.parts[0], block.parts[-1]
    if place is None or place.parent is None:
        return (_replace_lines(layout, block, [empty]),)
    if not layout.starts_line(first.start):
        line_end = layout.line_end(first.head_end)
        if len(block.parts) == 1 and last.end > line_end and layout.skip_gap(first.head_end) > line_end:
            return (TextEdit(Span(first.start, first.head_end), empty), TextEdit(Span(line_end, last.end), ""))
        return (TextEdit(Span(first.start, last.end), empty),)
    part = layout.parts(place.parent)[place.index]
    head_end = max([part.head_end, *(end for _, end in layout.properties(part))])
    return (TextEdit(Span(head_end, head_end), f" {empty}"), _replace_lines(layout, block, []))


def replace_entry(
    layout: Layout, mapping: Mapping, chain: tuple[Node, ...], index: int, entries: dict[str, Emittable]
) -> tuple[TextEdit, ...]:
    """Write other entries, at least one, in the place of one."""
    if mapping.flow:
        return flow_splicing.replace_entry(layout, mapping, index, entries)
    style = replace(style_at(layout, (*chain, mapping)), literals=False)
    return block_splicing.replace_entry(Block.of(layout, mapping), index, entries, style)
