"""Fixed addresses of services in networks, and the subnets that the networks have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from stacks.compose.document import Document, Service
from stacks.compose.nodes import Mapping, Scalar, Sequence
from stacks.compose.source import Span

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Address: TypeAlias = IPv4Address | IPv6Address
    Subnet: TypeAlias = IPv4Network | IPv6Network


class FixedAddress(NamedTuple):
    """A service's own address in a network."""

    service: Service
    network: str
    address: Address
    span: Span


def fixed_addresses(service: Service) -> Iterator[FixedAddress]:
    """The addresses that a service gives itself; those that are none are left out."""
    node = service.node.value("networks")
    for name, entry in node.effective.items() if isinstance(node, Mapping) else ():
        for key in ("ipv4_address", "ipv6_address"):
            given = entry.value.scalar(key) if isinstance(entry.value, Mapping) else None
            address = _address(given.string) if given is not None and given.interpolated is None else None
            if given is not None and address is not None:
                yield FixedAddress(service, name, address, given.span)


def subnets(document: Document, network: str) -> tuple[Subnet, ...] | None:
    """The subnets that the file gives a network; None where they are not known from it."""
    entry = document.section("networks").get(network)
    if entry is None or not isinstance(entry.value, Mapping):
        return () if entry is not None or network == "default" else None
    external = entry.value.value("external")
    if external is not None and not (isinstance(external, Scalar) and external.value is False):
        return None
    driver, ipam = entry.value.scalar("driver"), entry.value.mapping("ipam")
    if driver is not None and driver.string not in ("bridge", "default"):
        return None
    config = ipam.value("config") if ipam is not None else None
    found = []
    for item in config.items if isinstance(config, Sequence) else ():
        given = item.scalar("subnet") if isinstance(item, Mapping) else None
        subnet = _subnet(given.string) if given is not None else None
        if subnet is None:
            return None
        found.append(subnet)
    return tuple(found)


@lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    from ipaddress import ip_address  # rare enough not to be paid for by every start

    try:
        return ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _subnet(text: str) -> Subnet | None:
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
