"""Where in the tree a place of the text is."""

from bisect import bisect_right
from collections.abc import Sequence as Items
from itertools import chain
from typing import Final, TypeVar

from stacks.compose.nodes import Entry, Mapping, Node, Path, Sequence

Part = TypeVar("Part")

_LOOKED_THROUGH: Final = 1_000  # parts


def path_at(root: Node, offset: int) -> Path:
    """The path of the innermost key or value whose written text holds `offset`."""
    path: list[str | int] = []
    node: Node = root
    while True:
        inner = _step_at(node, offset)
        if inner is None:
            return tuple(path)
        step, node = inner
        path.append(step)


def _step_at(node: Node, offset: int) -> tuple[str | int, Node] | None:
    """One step down. In the order of the text the part is found at once; in a tree of several files there is none."""
    if isinstance(node, Mapping):
        near = bisect_right(node.entries, offset, key=_key_start)
        for entry in chain(node.entries[max(near - 1, 0) : near], _few(node.entries)):
            if entry.key.start <= offset <= (entry.alias or entry.value).end and offset < max(
                entry.span.end, entry.key.end + 1
            ):
                inside_value = entry.alias is None and offset >= entry.value.start
                return entry.name, (entry.value if inside_value else entry.key)
    elif isinstance(node, Sequence):
        places = range(len(node.items))
        near = bisect_right(places, offset, key=lambda index: node.item_span(index).start)
        for index in chain(places[max(near - 1, 0) : near], _few(places)):
            span = node.item_span(index)
            if span.contains(offset) or span.start == offset:
                return index, node.items[index]
    return None


def _few(parts: Items[Part]) -> Items[Part]:
    """What may be out of order is looked through, unless that takes long: findings are many in long lists."""
    return parts if len(parts) <= _LOOKED_THROUGH else parts[:0]


def _key_start(entry: Entry) -> int:
    return entry.key.start
