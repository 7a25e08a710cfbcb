"""How a text is laid out: its line breaks, its indentation, and where the parts of a collection stand in it.

Everything here reads; `splicing` turns it into edits. Columns count code points from 0.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stacks.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from stacks.compose.source import EditError
from stacks.patterns import lazy_pattern

DEFAULT_INDENT: Final = 2
_GAP = lazy_pattern(r"(?:\s|#[^\r\n\x85\u2028\u2029]*)*")
_COLON = lazy_pattern(r"(?:\s|#[^\r\n\x85\u2028\u2029]*)*:")
_PROPERTY = lazy_pattern(r"[&!][^\s,\[\]{}]*")
_BREAK = lazy_pattern(r"\r\n|\n|\r")
_COMMENT_LINE = lazy_pattern(r"([ ]*)[ \t]*#")
_BLANK_LINE = lazy_pattern(r"[ \t]*(?:\r\n|\n|\r|\Z)")


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a mapping or item of a sequence as written: `start` is at its key or dash, properties included.

    `head_end` is behind the colon or dash (for an item of a flow sequence it is `start`); `end` is where the value
    ends.
    """

    start: int
    head_end: int
    end: int
    node: Node
    is_alias: bool


@dataclass(frozen=True, slots=True)
class Indentation:
    """Columns that a nested mapping, and the dash of a nested sequence, stand to the right of their key."""

    mapping: int = DEFAULT_INDENT
    sequence: int = DEFAULT_INDENT


DEFAULT_INDENTATION: Final = Indentation()


class Layout:
    """The geometry of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.first = 1 if text.startswith("\ufeff") else 0
        found = _BREAK.search(text)
        self.newline = found.group() if found else "\n"

    # -- lines

    def line_start(self, offset: int) -> int:
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset), self.first - 1) + 1

    def line_end(self, offset: int) -> int:
        """The offset of the line break that ends the line of `offset`, or of the text's end."""
        found = _BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    def next_line(self, offset: int) -> int:
        found = _BREAK.search(self.text, offset)
        return found.end() if found else len(self.text)

    def previous_break(self, line_start: int) -> int:
        """Where the line break in front of a line begins."""
        if self.text[max(line_start - 2, 0) : line_start] == "\r\n":
            return line_start - 2
        return max(line_start - 1, self.first)

    def is_blank_line(self, line_start: int) -> bool:
        return line_start < len(self.text) and _BLANK_LINE.match(self.text, line_start) is not None

    def comment_column(self, line_start: int) -> int | None:
        """The column of the `#` of a line that is only a comment."""
        found = _COMMENT_LINE.match(self.text, line_start)
        return found.end() - 1 - line_start if found else None

    def column(self, offset: int) -> int:
        return offset - self.line_start(offset)

    def starts_line(self, offset: int) -> bool:
        """Whether only spaces stand before `offset` on its line."""
        return not self.text[self.line_start(offset) : offset].strip(" ")

    def ends_with_break(self, offset: int) -> bool:
        return offset == self.first or self.text[offset - 1] in "\r\n"

    # -- parts

    def parts(self, collection: Mapping | Sequence) -> list[Part]:
        """Where the entries or items stand. Raises EditError where that cannot be told (an alias as a key)."""
        if isinstance(collection, Mapping):
            return [self._entry_part(collection, entry) for entry in collection.entries]
        return list(self._item_parts(collection))

    def _entry_part(self, mapping: Mapping, entry: Entry) -> Part:
        written = entry.value_span
        if not (mapping.start <= entry.key.start <= entry.key.end <= written.start):
            raise EditError("an alias stands where a key belongs; write the key out first")
        colon = _COLON.match(self.text, entry.key.end, max(written.start, entry.key.end))
        head_end = colon.end() if colon else entry.key.end
        start = entry.key.start
        if isinstance(entry.key, Scalar) and (entry.key.anchor or entry.key.tag):
            start = self._start_of_properties(self.line_start(start), start)
        return Part(start, head_end, written.end, entry.value, entry.alias is not None)

    def _start_of_properties(self, line_start: int, end: int) -> int:
        found = re.search(r"(?:[&!][^\s,\[\]{}]*[ \t]+)+\Z", self.text[line_start:end])
        return line_start + found.start() if found else end

    def _item_parts(self, sequence: Sequence) -> Iterable[Part]:
        cursor = sequence.start + (1 if sequence.flow else 0)
        for index, item in enumerate(sequence.items):
            written = sequence.item_span(index)
            found = _GAP.match(self.text, cursor)
            start = found.end() if found else cursor
            if sequence.flow:
                if self.text[start : start + 1] == ",":
                    found = _GAP.match(self.text, start + 1)
                    start = found.end() if found else start + 1
                head_end = start
            else:
                head_end = start + 1
                if self.text[start:head_end] != "-":
                    raise EditError("this list is written in a way that cannot be edited; edit its text")
            yield Part(start, head_end, written.end, item, bool(sequence.aliases and index in sequence.aliases))
            cursor = written.end

    def properties(self, part: Part) -> list[tuple[int, int]]:
        """The spans of the anchor and tag in front of a part's value, in their order."""
        if part.is_alias or not (part.node.anchor or part.node.tag):
            return []
        spans: list[tuple[int, int]] = []
        cursor = part.head_end
        while cursor < part.end:
            cursor = self.skip_gap(cursor)
            found = _PROPERTY.match(self.text, cursor, part.end)
            if not found or len(spans) == 2:
                break
            spans.append(found.span())
            cursor = found.end()
        return spans

    def skip_gap(self, offset: int) -> int:
        """Behind the spaces, line breaks and comments that begin at `offset`."""
        found = _GAP.match(self.text, offset)
        return found.end() if found else offset

    def block_column(self, collection: Mapping | Sequence) -> int:
        """The column of the keys or dashes of a block collection that is not empty."""
        if isinstance(collection, Sequence):
            return self.column(next(iter(self._item_parts(collection))).start)
        return self.column(self._entry_part(collection, collection.entries[0]).start)

    def end_of_part(self, part: Part, column: int) -> int:
        """The start of the line behind a part of a block collection, and behind comments that are indented deeper."""
        cursor = self.next_line(part.end)
        if keeps_blank_lines(self.text, part.node, part.is_alias):
            while self.is_blank_line(cursor):
                cursor = self.next_line(cursor)
        return self.skip_deeper_comments(cursor, column)

    def skip_deeper_comments(self, line_start: int, column: int) -> int:
        """The start of the line behind those comment lines from `line_start` on that stand right of `column`."""
        end = cursor = line_start
        while cursor < len(self.text):
            comment = self.comment_column(cursor)
            if comment is not None and comment > column:
                end = cursor = self.next_line(cursor)
            elif comment is None and self.is_blank_line(cursor):
                cursor = self.next_line(cursor)
            else:
                break
        return end

    # -- indentation

    def indentation(self, chain: list[Node]) -> Indentation:
        """The indentation near the last of `chain`, the nodes from the root down to where an edit is made."""
        blocks = [node for node in chain if isinstance(node, Mapping) and not node.flow and node.entries]
        mapping = self._mapping_indent(blocks)
        return Indentation(mapping, self._sequence_indent(blocks, mapping))

    def _mapping_indent(self, blocks: list[Mapping]) -> int:
        columns = [self.block_column(node) for node in blocks]
        for outer, inner in zip(reversed(columns[:-1]), reversed(columns[1:]), strict=True):
            if 0 < inner - outer <= 8 and not self._has_sequence_between(blocks, columns, outer, inner):
                return inner - outer
        for node, column in zip(reversed(blocks), reversed(columns), strict=True):
            for entry in node.entries:
                value = entry.value
                if isinstance(value, Mapping) and not value.flow and value.entries and entry.alias is None:
                    return self.block_column(value) - column
        return DEFAULT_INDENT

    def _has_sequence_between(self, blocks: list[Mapping], columns: list[int], outer: int, inner: int) -> bool:
        parent = blocks[columns.index(outer)]
        child = blocks[columns.index(inner)]
        return not any(entry.value is child for entry in parent.entries)

    def _sequence_indent(self, blocks: list[Mapping], default: int) -> int:
        seen: set[int] = set()
        for start in reversed(blocks):
            pending: list[Mapping] = [start]
            while pending:
                mapping = pending.pop()
                if id(mapping) in seen:
                    continue
                seen.add(id(mapping))
                for entry in mapping.entries:
                    value = entry.value
                    if entry.alias is not None or isinstance(value, Scalar) or value.flow:
                        continue
                    if isinstance(value, Mapping):
                        pending.append(value)
                    elif value.items:
                        return max(self.block_column(value) - self.block_column(mapping), 0)
        return default


def keeps_blank_lines(text: str, node: Node, is_alias: bool = False) -> bool:
    """Whether the last thing written for `node` is a block scalar with `+`, whose blank lines are content."""
    last = last_scalar(node, is_alias)
    return last is not None and last.style in ("|", ">") and "+" in text[last.start : last.start + 3]


def last_scalar(node: Node, is_alias: bool = False) -> Scalar | None:
    """The scalar at the very end of a node's text; None where something else ends it."""
    while not is_alias:
        if isinstance(node, Scalar):
            return node
        if node.flow:
            return None
        if isinstance(node, Mapping):
            if not node.entries:
                return None
            is_alias, node = node.entries[-1].alias is not None, node.entries[-1].value
        else:
            if not node.items:
                return None
            is_alias = bool(node.aliases and len(node.items) - 1 in node.aliases)
            node = node.items[-1]
    return None
