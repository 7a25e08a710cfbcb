"""Paths of offsets: found at once, and the same as by looking at every part in turn."""

from itertools import chain

import pytest

from stacks.compose.document import parse_document
from stacks.compose.node_paths import path_at
from stacks.compose.nodes import Mapping, Node, Path, Sequence
from tests.rules.case_files import case_paths

TEXTS = [path.read_text(encoding="utf-8") for path in chain(case_paths("fail"), case_paths("pass"))][::7]


def by_looking_at_all(node: Node, offset: int) -> Path:
    if isinstance(node, Mapping):
        for entry in node.entries:
            written = entry.alias or entry.value
            if entry.key.start <= offset <= written.end and offset < max(written.end, entry.key.end + 1):
                below = entry.value if entry.alias is None and offset >= entry.value.start else entry.key
                return entry.name, *by_looking_at_all(below, offset)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if node.item_span(index).contains(offset):
                return index, *by_looking_at_all(item, offset)
    return ()


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_every_offset(text: str) -> None:
    root = parse_document(text).root
    if root is not None:
        for offset in range(len(text) + 2):
            assert path_at(root, offset) == by_looking_at_all(root, offset), offset


def test_places_out_of_order() -> None:
    """A tree of several files has the keys of one before those of another."""
    root = parse_document("a: 1\nb: [x, y]\nc: {d: 2}\n").root
    assert root is not None
    root.entries.reverse()
    assert [path_at(root, offset) for offset in (3, 9, 12, 19)] == [("a",), ("b", 0), ("b", 1), ("c", "d")]
