"""The variables of a document's values, each with its place in the text.

Compose looks for variables in values only: a `$` in a key stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.interpolation import InterpolationError
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.source import Span


def interpolation_errors(document: Document) -> Iterator[tuple[Span, InterpolationError]]:
    """The faults of variables in values, in the order of the file; the span is that of the variable."""
    if document.interpolation_errors:
        keys = _keys(document)
        for scalar, error in document.interpolation_errors:
            if id(scalar) not in keys:
                yield written_span(scalar, error.start, error.end), error


def blank_variables(document: Document) -> Iterator[tuple[Span, str]]:
    """The variables in values that have neither a value nor a default, each as often as it is used."""
    blank = [(scalar, reference) for scalar, reference in document.variables if reference.blank]
    if blank:
        keys = _keys(document)
        for scalar, reference in blank:
            if id(scalar) not in keys:
                yield written_span(scalar, reference.start, reference.end), reference.name


def written_span(scalar: Scalar, start: int, end: int) -> Span:
    """Where a part of a scalar's text is written; all of the scalar, where folding or escapes hide it."""
    opening = 0 if scalar.style is None else 1
    if scalar.style in ("|", ">") or scalar.end - scalar.start - 2 * opening != len(scalar.text):
        return scalar.span
    return Span(scalar.start + opening + start, scalar.start + opening + end)


def _keys(document: Document) -> set[int]:
    """The identities of all scalars that are keys."""
    keys: set[int] = set()
    pending: list[Node] = list(document.parsed.roots)
    while pending:
        node = pending.pop()
        if isinstance(node, Sequence):
            aliases = node.aliases or {}
            pending.extend(item for index, item in enumerate(node.items) if index not in aliases)
        elif isinstance(node, Mapping):
            keys.update(id(entry.key) for entry in node.entries)
            pending.extend(entry.value for entry in node.entries if entry.alias is None)
    return keys
