"""Limits that a service may give in two places: with the keys of old and under `deploy.resources`.

Source: `checkConsistency` in compose-go 2.9.1, loader/validate.go.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Scalar
from stacks.compose.references import Lineage, lineage
from stacks.compose.schema_casts import to_integer, to_number
from stacks.compose.sizes import parse_bytes
from stacks.compose.source import Span


class LimitConflict(NamedTuple):
    """Two values that Compose wants to be equal: `key` of the service and `other`, the path under it.

    `other_value` is None where the block `section` is there without `name`; `other_span` is then that of the block.
    """

    key: str
    span: Span
    other: str
    section: str
    name: str
    other_value: Node | None
    other_span: Span


def whole_number(node: Node | None) -> int | None:
    """The number that Compose makes of a scalar, where it wants a whole one; None for what it refuses."""
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        return None
    if isinstance(node.value, str):
        return to_integer(node.string)
    return int(node.value) if node.value is not None and node.value % 1 == 0 else None


def _bytes(node: Node | None) -> float | None:
    if node is None:
        return 0
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        return None
    if isinstance(node.value, str):
        size = parse_bytes(node.string)
        return size if isinstance(size, int) else None
    return node.value if isinstance(node.value, int) else 0  # a float is no size to Compose, and it says nothing


def _cpus(node: Node | None) -> float | None:
    if node is None:
        return 0
    if not isinstance(node, Scalar) or isinstance(node.value, bool) or node.value is None:
        return None
    number = to_number(node.string) if isinstance(node.value, str) else node.value
    return None if number is None else _single(float(number))


def _single(number: float) -> float:
    """In 32 bits, as Compose compares."""
    import struct

    single: float = struct.unpack("f", struct.pack("f", number))[0]
    return single


def _count(node: Node | None) -> float | None:
    return 0 if node is None else whole_number(node)


_PAIRS: Final[tuple[tuple[str, str, str, Callable[[Node | None], float | None]], ...]] = (
    ("cpus", "limits", "cpus", _cpus),
    ("mem_limit", "limits", "memory", _bytes),
    ("mem_reservation", "reservations", "memory", _bytes),
    ("pids_limit", "limits", "pids", _count),
)
_KEYS: Final = frozenset({"deploy", *(pair[0] for pair in _PAIRS)})


def limit_conflicts(service: Service) -> Iterator[LimitConflict]:
    """The limits of a service, its inherited ones included, that Compose refuses for their difference."""
    whole = lineage(service)
    given = {key for each in whole.services for key in each.node.effective.keys() & _KEYS}
    if len(given) < 2 or "deploy" not in given:
        return
    for key, section, name, read in _PAIRS:
        node = whole.find(key)
        block = whole.find("deploy", "resources", section)
        if isinstance(node, Scalar) and isinstance(block, Mapping):
            yield from _compared(whole, (key, section, name), node, block, read)


def _compared(
    whole: Lineage,
    names: tuple[str, str, str],
    node: Scalar,
    block: Mapping,
    read: Callable[[Node | None], float | None],
) -> Iterator[LimitConflict]:
    key, section, name = names
    other = whole.find("deploy", "resources", section, name)
    value, other_value = read(node), read(other)
    if value is not None and other_value is not None and value != 0 and value != other_value:
        path = f"deploy.resources.{section}.{name}"
        yield LimitConflict(key, node.span, path, section, name, other, (other or block).span)
