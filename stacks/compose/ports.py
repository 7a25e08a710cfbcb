"""The short syntax of ports: `[[IP:][PUBLISHED[-END]]:]TARGET[-END][/PROTOCOL]`.

The rules are those of `ParsePortSpec` in github.com/docker/go-connections 0.5, which Compose 2.40 uses.
"""

from functools import lru_cache
from typing import NamedTuple

from stacks.compose.values import Invalid, quote
from stacks.patterns import lazy_pattern

PROTOCOLS = ("tcp", "udp", "sctp")
_LARGEST = 65535
_NUMBER = lazy_pattern(r"[0-9]+")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = lazy_pattern(rf"{_OCTET}(?:\.{_OCTET}){{3}}")


class PortMapping(NamedTuple):
    """Container ports and, where given, the host ports that they are published on. All ranges include their end.

    Without `published_start` the engine picks a free host port. One target with several published ports means that the
    engine picks a free one of these.
    """

    host_ip: str | None
    published_start: int | None
    published_end: int | None
    target_start: int
    target_end: int
    protocol: str

    @property
    def published(self) -> range:
        """The host ports that are named; empty when the engine picks any free port."""
        if self.published_start is None or self.published_end is None:
            return range(0)
        return range(self.published_start, self.published_end + 1)

    @property
    def targets(self) -> range:
        return range(self.target_start, self.target_end + 1)

    @property
    def picks_from_range(self) -> bool:
        return len(self.published) > 1 and self.target_start == self.target_end


def parse_port(text: str) -> PortMapping | Invalid:
    """The mapping that one item of `ports` states.

    As Compose does it reads `80/` and `80/tcp/x` as `80/tcp`, and `1-3-5` as `1-3`. It refuses target port 0.
    """
    return _parsed(text)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> PortMapping | Invalid:
    head, _, container = text.rpartition(":")
    address, _, published_text = head.rpartition(":")
    target_text, _, protocol_text = container.partition("/")
    if not target_text:
        return Invalid(f"{quote(text)} names no container port")
    protocol = protocol_text.partition("/")[0].lower() or "tcp"
    if protocol not in PROTOCOLS:
        return Invalid(f"{quote(text)} has the unknown protocol {quote(protocol)}: there are tcp, udp and sctp")
    host_ip = _host_ip(address)
    if isinstance(host_ip, Invalid):
        return host_ip
    target = _port_range(target_text, "container port")
    if isinstance(target, Invalid):
        return target
    if target[0] == 0:
        return Invalid(f"{quote(text)} has container port 0: container ports go from 1 to {_LARGEST}")
    if not address and _IPV4.fullmatch(published_text):
        return Invalid(f"{quote(text)} has an address but no host port: write `{head}:PORT:{container}`")
    if not published_text:
        return PortMapping(host_ip or None, None, None, *target, protocol)
    published = _port_range(published_text, "host port")
    if isinstance(published, Invalid):
        return published
    mapping = PortMapping(host_ip or None, *published, *target, protocol)
    if len(mapping.targets) not in (1, len(mapping.published)):
        return Invalid(
            f"{quote(text)} maps {len(mapping.published)} host ports to {len(mapping.targets)} container ports: "
            "the two ranges must be of the same length"
        )
    return mapping


def _port_range(text: str, role: str) -> tuple[int, int] | Invalid:
    start_text, dash, rest = text.partition("-")
    end_text = rest.partition("-")[0] if dash else start_text
    for part in (start_text, end_text):
        if not _NUMBER.fullmatch(part):
            return Invalid(f"{quote(text)} is not a {role}: write a number or a range such as `8000-8010`")
        if len(part.lstrip("0")) > 5 or int(part) > _LARGEST:
            return Invalid(f"{quote(part)} is not a {role}: ports go up to {_LARGEST}")
    start, end = int(start_text), int(end_text)
    return (start, end) if start <= end else Invalid(f"{quote(text)} is a range that ends before it starts")


def _host_ip(address: str) -> str | Invalid:
    """The address without brackets; empty for none."""
    if not address or _IPV4.fullmatch(address):
        return address
    bracketed = address.startswith("[") and address.endswith("]") and "[" not in address[1:] and "]" not in address[:-1]
    if not bracketed:
        if ":" in address:
            return Invalid(f"{quote(address)} is not an address: write IPv6 in brackets, such as `[::1]`")
        return Invalid(f"{quote(address)} is not an IP address: Compose takes no host name here")
    inside = address[1:-1]
    if not inside or _IPV4.fullmatch(inside) or _is_ipv6(inside):
        return inside
    return Invalid(f"{quote(address)} is not an IP address")


def _is_ipv6(text: str) -> bool:
    from ipaddress import AddressValueError, IPv6Address  # rare enough not to be paid for by every start

    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text
