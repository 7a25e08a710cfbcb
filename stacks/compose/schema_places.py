"""Where the text has what a path of the data names."""

from __future__ import annotations

from itertools import islice

from stacks.compose.nodes import RESET_TAG, Entry, Mapping, Node, Path, Scalar, Sequence
from stacks.compose.source import Span


class Place:
    """The place of one value: its node, the span of what is written for it, and its key, where it has one."""

    __slots__ = ("entry", "node", "span")

    def __init__(self, node: Node, span: Span, entry: Entry | None) -> None:
        self.node = node
        self.span = span
        self.entry = entry

    @property
    def name_span(self) -> Span:
        """What to mark where something is missing in the value: its key, else the first of its own keys."""
        if self.entry is not None:
            return self.entry.key.span
        if isinstance(self.node, Mapping) and self.node.entries and not self.node.flow:
            return self.node.entries[0].key.span
        return self.span

    @property
    def value_span(self) -> Span:
        """What to mark where the value itself is wrong: the value on its line, or its key where it is none or long."""
        if self.entry is not None and (self.span.end == self.span.start or self._is_long):
            return self.entry.key.span
        return self.name_span if self._is_long else self.span

    @property
    def _is_long(self) -> bool:
        return not isinstance(self.node, Scalar) and not self.node.flow


def place_at(root: Node, path: Path) -> Place:
    """The place of a path of the data; of one that the tree does not hold, its nearest holder."""
    place = Place(root, root.span, None)
    for step in path:
        below = _below(place.node, step)
        if below is None:
            break
        place = below
    return place


def _below(node: Node, step: str | int) -> Place | None:
    if isinstance(node, Mapping) and isinstance(step, str):
        entry = node.get(step)
        return Place(entry.value, entry.value_span, entry) if entry else None
    if isinstance(node, Sequence) and isinstance(step, int):
        kept = (index for index, item in enumerate(node.items) if item.tag != RESET_TAG)
        index = next(islice(kept, step, None), None)
        if index is not None:
            return Place(node.items[index], node.item_span(index), None)
    return None
