"""Which services want the same port of the host."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from stacks.compose.document import Document, Service
from stacks.compose.nodes import Mapping, Scalar, Sequence, long_form_span
from stacks.compose.ports import PortMapping, parse_port
from stacks.compose.references import lineage
from stacks.compose.source import Span

_ANY: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - addresses to compare, nothing is bound here
_ENGINE_PICKS: Final = 0  # as a host port: the engine takes any that is free
_MOST_PORTS: Final = 200_000  # of all services together; what a file has beyond that is not compared
_MOST_HOLDERS: Final = 50  # of one port, on different addresses or with different profiles


class PublishedPorts(NamedTuple):
    """One item of `ports` with fixed host ports."""

    service: Service
    span: Span
    address: str
    ports: range
    protocol: str


class PortCollision(NamedTuple):
    """A host port that is wanted twice: by two services, or by the replicas of one (`other` is then `service`)."""

    port: int
    service: str
    span: Span
    other: str
    other_span: Span
    replicas: int


def colliding_ports(document: Document) -> Iterator[PortCollision]:
    """The collisions, one for each item of `ports` and service that it collides with; the first to want it has it."""
    holders: dict[tuple[int, str], list[PublishedPorts]] = {}
    left = _MOST_PORTS
    for service in document.services:
        if service.get("ports") is None or service.replicas == 0 or _is_on_host_network(service):
            continue
        for item in _published(service):
            if service.replicas > 1 and len(item.ports) < service.replicas:
                port = item.ports[0]
                yield PortCollision(port, service.name, item.span, service.name, item.span, service.replicas)
            left -= len(item.ports)
            if left >= 0:
                yield from _collisions(item, holders)


def _collisions(item: PublishedPorts, holders: dict[tuple[int, str], list[PublishedPorts]]) -> Iterator[PortCollision]:
    named: set[str] = set()
    for port in item.ports:
        others = holders.setdefault((port, item.protocol), [])
        for other in others:
            name = other.service.name
            if name not in named and other.service is not item.service and _collide(item, other):
                named.add(name)
                yield PortCollision(port, item.service.name, item.span, name, other.span, 1)
        if not named and len(others) < _MOST_HOLDERS:
            others.append(item)


def _collide(one: PublishedPorts, other: PublishedPorts) -> bool:
    same = one.address == other.address or one.address in _ANY or other.address in _ANY
    profiles, others = set(one.service.profiles), set(other.service.profiles)
    return same and not (profiles and others and not profiles & others)


def _is_on_host_network(service: Service) -> bool:
    mode = lineage(service).find("network_mode")
    return isinstance(mode, Scalar) and mode.string in ("host", "none")


def _published(service: Service) -> Iterator[PublishedPorts]:
    ports = service.sequence("ports")
    for index, item in enumerate(ports.items) if isinstance(ports, Sequence) else ():
        mapping = _mapping(item) if isinstance(item, (Scalar, Mapping)) else None
        if mapping is None or ports is None or mapping.picks_from_range:
            continue
        if mapping.published and mapping.published[0] != _ENGINE_PICKS:
            address = mapping.host_ip or ""
            span = long_form_span(item, "published", ports.item_span(index))
            yield PublishedPorts(service, span, address, mapping.published, mapping.protocol)


def _mapping(item: Scalar | Mapping) -> PortMapping | None:
    if isinstance(item, Scalar):
        mapping = parse_port(item.string) if ":" in item.string else None
        return mapping if isinstance(mapping, PortMapping) else None
    published, protocol, address = item.scalar("published"), item.scalar("protocol"), item.scalar("host_ip")
    if published is None or not published.string.isascii() or not published.string.isdigit():
        return None
    port = int(published.string[:6])
    host = address.string if address is not None else None
    return PortMapping(host, port, port, 1, 1, protocol.string.lower() if protocol is not None else "tcp")
