"""Whether edits lead to the data that was asked for: the text after them is parsed again and compared."""

from typing import Any

from stacks.compose import reshaping
from stacks.compose.document import Document
from stacks.compose.nodes import Path
from stacks.compose.sharing import raw_data
from stacks.compose.source import OverlappingEditsError, TextEdit, apply
from stacks.compose.yaml import parse_yaml


def leads_to(document: Document, edits: tuple[TextEdit, ...], expected: Any, path: Path | None = None) -> bool:
    """Whether the document's first YAML document has the expected data after the edits, and the others stay.

    With a path only what is there is compared: an edit in place changes more, which cannot be foreseen here.
    """
    try:
        after = parse_yaml(apply(document.text, edits))
    except OverlappingEditsError:
        return False
    before = document.parsed.roots
    if not after.is_complete or len(after.roots) != max(len(before), 1):
        return False
    data = raw_data(after.roots[0])
    if not (reshaping.same(data, expected) if path is None else _agree_at(data, expected, path)):
        return False
    others = zip(before[1:], after.roots[1:], strict=True)
    return all(reshaping.same(raw_data(old), raw_data(new)) for old, new in others)


def _agree_at(first: Any, second: Any, path: Path) -> bool:
    try:
        found = reshaping.value_at(second, path)
    except KeyError:
        return not _has(first, path)
    return _has(first, path) and reshaping.same(reshaping.value_at(first, path), found)


def _has(data: Any, path: Path) -> bool:
    try:
        reshaping.value_at(data, path)
    except KeyError:
        return False
    return True
