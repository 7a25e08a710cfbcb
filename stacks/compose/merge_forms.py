"""Short forms written as the long ones that Docker Compose merges: each made node stands where its text stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from stacks.compose.environment import environment_variables
from stacks.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from stacks.compose.scalars import ScalarValue
from stacks.compose.source import Span

_STARTED: Final[dict[str, ScalarValue]] = {"condition": "service_started", "required": True}


def made_scalar(span: Span, text: str, value: ScalarValue) -> Scalar:
    return Scalar(span.start, span.end, text, None, None, None, value)


def made_mapping(span: Span, entries: Iterable[Entry]) -> Mapping:
    return Mapping(span.start, span.end, True, None, None, list(entries))


def made_entry(span: Span, name: str, value: Node) -> Entry:
    return Entry(made_scalar(span, name, name), value, None, name)


def is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def as_list(node: Node) -> Sequence:
    """A single value as a list of one."""
    if isinstance(node, Sequence):
        return node
    return Sequence(node.start, node.end, True, None, None, [node])


def as_pairs(node: Node) -> Mapping:
    """`NAME=value` items as a mapping."""
    if isinstance(node, Mapping):
        return node
    entries: dict[str, Entry] = {}
    for each in environment_variables(as_list(node)):
        value = made_scalar(each.value_span, each.value or "", each.value)
        entries[each.name] = Entry(made_scalar(each.name_span, each.name, each.name), value, None, each.name)
    return made_mapping(node.span, entries.values())


def as_named(node: Node, key: str) -> Mapping:
    """A list of names as a mapping with what Compose takes for each: what `depends_on`, `networks`, `models` may be."""
    if isinstance(node, Mapping):
        return node
    entries = {}
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar):
            value: Node = made_scalar(item.span, "", None)
            if key == "depends_on":
                started = (made_entry(item.span, name, _plain(item.span, each)) for name, each in _STARTED.items())
                value = made_mapping(item.span, started)
            entries[item.string] = Entry(item, value, None, item.string)
    return made_mapping(node.span, entries.values())


def _plain(span: Span, value: ScalarValue) -> Scalar:
    return made_scalar(span, str(value), value)


def as_build(node: Node) -> Mapping:
    """`build: FOLDER` as `build: {context: FOLDER}`."""
    if isinstance(node, Mapping):
        return node
    return made_mapping(node.span, [made_entry(node.span, "context", node)])


def as_requests(node: Scalar) -> Sequence:
    """`gpus: all` as `gpus: [{count: all}]`."""
    return as_list(made_mapping(node.span, [made_entry(node.span, "count", node)]))


def as_hosts(node: Node) -> Sequence:
    """`{NAME: address}` as `NAME=address` items; a name may have several addresses."""
    if not isinstance(node, Mapping):
        return as_list(node)
    items: list[Node] = []
    for entry in node.effective.values():
        values = entry.value.items if isinstance(entry.value, Sequence) else [entry.value]
        for value in values:
            if isinstance(value, Scalar):
                text = f"{entry.name}={value.string}"
                items.append(made_scalar(entry.span, text, text))
    return Sequence(node.start, node.end, True, None, None, items)
