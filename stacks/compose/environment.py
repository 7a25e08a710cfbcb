"""The variables that a service sets with `environment`, in map or list form."""

from collections.abc import Iterator
from typing import NamedTuple

from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.source import Span


class EnvironmentVariable(NamedTuple):
    """One variable. `value` is None where the name stands alone: Compose then takes it from its own environment.

    In list form (`- NAME=value`) quotes inside the value are part of it, which is what `in_list` is for.
    """

    name: str
    value: str | None
    span: Span
    name_span: Span
    value_span: Span
    node: Scalar
    in_list: bool


def environment_variables(node: Node) -> Iterator[EnvironmentVariable]:
    """Read both forms; what is neither is left to the schema layer."""
    if isinstance(node, Mapping):
        for entry in node.effective.values():
            value = entry.value
            if isinstance(value, Scalar):
                text = None if value.value is None else value.string
                yield EnvironmentVariable(entry.name, text, entry.span, entry.key.span, entry.value_span, value, False)
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar) and item.value is not None:
                yield _from_item(item)


def _from_item(item: Scalar) -> EnvironmentVariable:
    name, separator, value = item.string.partition("=")
    quote = 0 if item.style is None else 1
    written_name = item.text.partition("=")[0]
    start = item.start + quote
    # Escapes and folding make the written text longer than the decoded one; only then is the split not known exactly.
    exact = item.end - item.start - 2 * quote == len(item.text)
    name_span = Span(start, start + len(written_name)) if exact else item.span
    value_span = Span(min(name_span.end + 1, item.end - quote), item.end - quote) if exact else item.span
    return EnvironmentVariable(
        name, value if separator else None, item.span, name_span, value_span if separator else name_span, item, True
    )
