"""What makes two items of merged lists the same one: the later of two replaces the earlier in its place.

Source: compose-go 2.9.1, override/uncity.go. It compares items in their long form, so both forms are read here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from stacks.compose.nodes import Mapping, Node, Path, Scalar
from stacks.compose.ports import PortMapping, parse_port
from stacks.compose.values import Invalid
from stacks.compose.volumes import parse_volume

Identity = Callable[[Node], frozenset[str]]

_WIDEST_RANGE: Final = 1000  # ports; wider ranges are compared as a whole
_ANY_ADDRESS: Final = "0.0.0.0"  # noqa: S104  what Compose takes for a port without an address


def _one(text: str | None) -> frozenset[str]:
    return frozenset() if text is None else frozenset((text,))


def _text(node: Node, key: str) -> str | None:
    """The item itself where it is a scalar, else the scalar under a key of it."""
    found = node if isinstance(node, Scalar) else node.scalar(key) if isinstance(node, Mapping) else None
    return None if found is None or found.value is None else found.string


def _key_before_equals(item: Node) -> frozenset[str]:
    return _one(item.string.partition("=")[0]) if isinstance(item, Scalar) else frozenset()


def _whole(item: Node) -> frozenset[str]:
    return _one(_text(item, ""))


def _path(item: Node) -> frozenset[str]:
    return _one(_text(item, "path"))


def _volume(item: Node) -> frozenset[str]:
    if not isinstance(item, Scalar):
        return _one(_text(item, "target"))
    volume = parse_volume(item.string)
    return frozenset() if isinstance(volume, Invalid) else _one(volume.target)


def _device(item: Node) -> frozenset[str]:
    if not isinstance(item, Scalar):
        return _one(_text(item, "target"))
    parts = item.string.split(":")
    return _one(parts[0] if len(parts) == 1 else parts[1])


def _mounted_under(folder: str) -> Identity:
    def identity(item: Node) -> frozenset[str]:
        target = item.scalar("target") if isinstance(item, Mapping) else None
        if target is not None:
            return _one(target.string)
        source = _text(item, "source")
        return frozenset() if source is None else _one(f"{folder}/{source}")

    return identity


def _port(item: Node) -> frozenset[str]:
    if isinstance(item, Scalar):
        port = parse_port(item.string)
        return frozenset() if isinstance(port, Invalid) else frozenset(_port_keys(port))
    target, published = _text(item, "target"), _text(item, "published")
    if target is None:
        return frozenset()
    address, protocol = _text(item, "host_ip") or _ANY_ADDRESS, _text(item, "protocol") or "tcp"
    return _one(f"{address}:{published or ''}:{target}/{protocol}")


def _port_keys(port: PortMapping) -> list[str]:
    address, protocol = port.host_ip or _ANY_ADDRESS, port.protocol
    if len(port.targets) > _WIDEST_RANGE or port.picks_from_range:
        published = f"{port.published_start}-{port.published_end}" if port.published else ""
        target = str(port.target_start) if len(port.targets) == 1 else f"{port.target_start}-{port.target_end}"
        return [f"{address}:{published}:{target}/{protocol}"]
    hosts = [str(number) for number in port.published] or [""] * len(port.targets)
    return [f"{address}:{host}:{target}/{protocol}" for host, target in zip(hosts, port.targets, strict=False)]


_OF_SERVICE: Final[dict[tuple[str, ...], Identity]] = {
    **{(name,): _key_before_equals for name in ("annotations", "cap_add", "cap_drop", "dns", "dns_opt", "dns_search")},
    **{(name,): _key_before_equals for name in ("environment", "labels", "links", "profiles", "sysctls", "tmpfs")},
    **{("build", name): _key_before_equals for name in ("args", "additional_contexts", "tags", "labels")},
    ("deploy", "labels"): _key_before_equals,
    ("networks", "*", "aliases"): _key_before_equals,
    ("networks", "*", "link_local_ips"): _key_before_equals,
    ("depends_on",): _whole,
    ("networks",): _whole,
    ("models",): _whole,
    ("expose",): _whole,
    ("env_file",): _path,
    ("volumes",): _volume,
    ("devices",): _device,
    ("ports",): _port,
    ("secrets",): _mounted_under("/run/secrets"),
    ("configs",): _mounted_under(""),
}


def identity_at(path: Path) -> Identity | None:
    """How items of the list at a path are told apart; None where Compose only puts lists one behind the other."""
    if path[:1] == ("services",) and len(path) > 2:
        inner = tuple(str(step) for step in path[2:])
        return _OF_SERVICE.get((inner[0], "*", *inner[2:]) if inner[0] == "networks" and len(inner) > 1 else inner)
    if path[:1] == ("networks",) and path[2:] == ("labels",):
        return _key_before_equals
    return None
