"""The items of a service's `ports`, in both forms, each with its place."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Path, Scalar, Sequence, long_form_span
from stacks.compose.once import once
from stacks.compose.ports import PortMapping, parse_port
from stacks.compose.source import Span

_LOOPBACK: Final = ("127.", "::1", "localhost")


class PortItem(NamedTuple):
    """One item. `published` is empty where the engine picks the host's port.

    `span` is where the port of the host is written, and `target_span` that of the container, as tight as is known.
    """

    node: Scalar | Mapping
    path: Path
    span: Span
    target_span: Span
    address: str
    published: range
    targets: range
    protocol: str

    @property
    def is_open(self) -> bool:
        """Whether it is reachable from other machines, as far as the file says."""
        return not self.address.startswith(_LOOPBACK)

    @property
    def is_interpolated(self) -> bool:
        return isinstance(self.node, Scalar) and self.node.interpolated is not None


@once
def port_items(service: Service) -> tuple[PortItem, ...]:
    """The items that can be read; the others are left to the rules on malformed ports."""
    return tuple(_items(service)) if service.get("ports") is not None else ()


def _items(service: Service) -> Iterator[PortItem]:
    ports = service.node.value("ports")
    for index, item in enumerate(ports.items) if isinstance(ports, Sequence) else ():
        mapping = _mapping(item)
        if mapping is None or isinstance(item, Sequence) or not isinstance(ports, Sequence):
            continue
        path = (*service.path, "ports", index)
        span = ports.item_span(index)
        address = mapping.host_ip or ""
        target_span = _target_span(item, span)
        span = long_form_span(item, "published", span)
        yield PortItem(item, path, span, target_span, address, mapping.published, mapping.targets, mapping.protocol)


def _mapping(item: Node) -> PortMapping | None:
    if isinstance(item, Scalar):
        mapping = parse_port(item.string) if item.value is not None else None
        return mapping if isinstance(mapping, PortMapping) else None
    return _long_form(item) if isinstance(item, Mapping) else None


def _long_form(item: Mapping) -> PortMapping | None:
    target, protocol, address = item.scalar("target"), item.scalar("protocol"), item.scalar("host_ip")
    if target is None or not target.string.isascii() or not target.string.isdigit():
        return None
    number = int(target.string[:6])
    start, end = _published(item)
    name = protocol.string.lower() if protocol is not None else "tcp"
    return PortMapping(address.string if address is not None else None, start, end, number, number, name)


def _published(item: Mapping) -> tuple[int | None, int | None]:
    node = item.scalar("published")
    if node is None:
        return None, None
    parts = node.string.split("-", 1)
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None, None
    return int(parts[0][:6]), int(parts[-1][:6])


def _target_span(item: Node, span: Span) -> Span:
    if isinstance(item, Mapping):
        entry = item.get("target")
        return entry.value_span if entry is not None and span == item.span else span
    if isinstance(item, Scalar) and item.interpolated is None and item.span == span:
        quote = 0 if item.style is None else 1
        if item.end - item.start - 2 * quote == len(item.text):
            head, colon, target = item.text.rpartition(":")
            start = item.start + quote + len(head) + len(colon)
            return Span(start, start + len(target.partition("/")[0]))
    return span
