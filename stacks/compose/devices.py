"""Requests for GPUs and mappings of device nodes, as a service writes them."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from stacks.compose.device_paths import parse_cdi_name, parse_device
from stacks.compose.nodes import Entry, Mapping, Node, Path, Scalar, Sequence, long_form_span
from stacks.compose.source import Span
from stacks.compose.values import Invalid

if TYPE_CHECKING:
    from stacks.compose.document import Service

ALL_GPUS = -1
GPU_WORDS = frozenset({"gpu", "nvidia", "compute", "compat32", "graphics", "utility", "video", "display"})
CDI_DRIVER = "cdi"


class RequestOrigin(StrEnum):
    """Where a device request stands."""

    DEPLOY = "deploy"
    GPUS = "gpus"


class DeviceCount(NamedTuple):
    """The `count` of a request; `number` is -1 for all, None where the text is neither a number nor `all`."""

    node: Scalar
    number: int | None

    @classmethod
    def read(cls, node: Scalar) -> "DeviceCount":
        """As Compose decodes it: an integer, or a string that is `all` in any case or an integer."""
        value = node.value
        if isinstance(value, bool) or value is None:
            return cls(node, None)
        if isinstance(value, int):
            return cls(node, ALL_GPUS if value < 0 else value)
        text = node.string
        if text.lower() == "all":
            return cls(node, ALL_GPUS)
        digits = text[1:] if text[:1] in ("-", "+") else text
        if isinstance(value, str) and digits.isascii() and digits.isdigit() and len(digits) < 19:
            return cls(node, ALL_GPUS if int(text) < 0 else int(text))
        return cls(node, None)


class DeviceRequest:
    """One request for devices: an item of `deploy…reservations.devices` or of `gpus`, or the word of `gpus: all`."""

    def __init__(self, origin: RequestOrigin, node: Node, index: int | None, span: Span, service: "Service") -> None:
        self.origin = origin
        self.node = node
        self.index = index
        self.span = span
        self.service = service
        below: Path = ("gpus",) if origin is RequestOrigin.GPUS else ("deploy", "resources", "reservations", "devices")
        self.path: Path = (*service.path, *below, *(() if index is None else (index,)))

    @classmethod
    def from_deploy(cls, node: Node, service: "Service") -> Iterator["DeviceRequest"]:
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                if isinstance(item, Mapping):
                    yield cls(RequestOrigin.DEPLOY, item, index, node.item_span(index), service)

    @classmethod
    def from_gpus(cls, node: Node, service: "Service") -> Iterator["DeviceRequest"]:
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                if isinstance(item, Mapping):
                    yield cls(RequestOrigin.GPUS, item, index, node.item_span(index), service)
        elif isinstance(node, Scalar) and node.value == "all":
            yield cls(RequestOrigin.GPUS, node, None, node.span, service)

    def get(self, key: str) -> Entry | None:
        return self.node.get(key) if isinstance(self.node, Mapping) else None

    @cached_property
    def count(self) -> DeviceCount | None:
        """The written `count`; None where there is none (see `asks_for_all`) or it is not a scalar."""
        if isinstance(self.node, Scalar):
            return DeviceCount(self.node, ALL_GPUS)
        entry = self.get("count")
        return DeviceCount.read(entry.value) if entry and isinstance(entry.value, Scalar) else None

    @cached_property
    def device_ids(self) -> tuple[Scalar, ...] | None:
        """The scalars of `device_ids`; None where the key is absent."""
        entry = self.get("device_ids")
        if entry is None:
            return None
        return tuple(entry.value.scalars) if isinstance(entry.value, Sequence) else ()

    @cached_property
    def capabilities(self) -> tuple[Scalar, ...] | None:
        """The scalars of `capabilities`; None where the key is absent."""
        entry = self.get("capabilities")
        if entry is None:
            return None
        return tuple(entry.value.scalars) if isinstance(entry.value, Sequence) else ()

    @cached_property
    def driver(self) -> Scalar | None:
        entry = self.get("driver")
        node = entry.value if entry else None
        return node if isinstance(node, Scalar) and node.value is not None else None

    @cached_property
    def is_cdi(self) -> bool:
        return self.driver is not None and self.driver.string == CDI_DRIVER

    @cached_property
    def is_for_gpus(self) -> bool:
        """Whether an NVIDIA GPU is meant: by place (`gpus`), by driver, or by a capability that names one."""
        if self.origin is RequestOrigin.GPUS:
            return True
        driver = self.driver.string if self.driver else ""
        if driver in ("nvidia", CDI_DRIVER):
            return True
        return driver == "" and any(
            "gpu" in word.string or word.string in GPU_WORDS for word in self.capabilities or ()
        )

    @cached_property
    def asks_for_all(self) -> bool:
        """Whether Compose 2.30 and later ask the engine for every GPU: count all, or neither count nor ids."""
        if self.device_ids:
            return False
        return self.count is None or self.count.number == ALL_GPUS


class DeviceMapping(NamedTuple):
    """An item of `devices`, short (`/dev/nvidia0:/dev/nvidia0:rwm`, `nvidia.com/gpu=0`) or long."""

    index: int  # type: ignore[assignment]  # nobody looks for an item of a mapping
    span: Span
    node: Node
    source: str
    target: str

    @classmethod
    def read_all(cls, node: Sequence) -> Iterator["DeviceMapping"]:
        """Every item that can be read; the others are left to the compose layer."""
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                device = parse_device(item.string)
                if not isinstance(device, Invalid):
                    yield cls(index, node.item_span(index), item, device.source, device.target)
            elif isinstance(item, Mapping):
                source_node, target_node = item.scalar("source"), item.scalar("target")
                source = source_node.string if source_node else ""
                span = long_form_span(item, "source", node.item_span(index))
                yield cls(index, span, item, source, target_node.string if target_node else source)

    @property
    def is_cdi(self) -> bool:
        """A qualified CDI name, `vendor/class=device`, on both sides; Compose then makes a CDI request of it."""
        return self.source == self.target and parse_cdi_name(self.source) is not None
