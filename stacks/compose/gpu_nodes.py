"""Device nodes of NVIDIA GPUs (`/dev/nvidia0`, `/dev/nvidiactl`) that a service mounts or maps by hand."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from stacks.compose.document import Service
from stacks.compose.gpu_requests import GpuSelection, add_request, asks_for_gpus, in_service, remove_items
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.source import Span, TextEdit

NODE_PREFIX = "/dev/nvidia"
NEEDED_BESIDE = ("/dev/nvidiactl", "/dev/nvidia-uvm")  # CUDA opens these, too
_NUMBERED = re.compile(r"/dev/nvidia([0-9]{1,3})\Z")


class GpuNode(NamedTuple):
    """An item of `volumes` or `devices` that is such a node; `number` is its N, None for the others."""

    position: int
    span: Span
    source: str
    number: int | None


def gpu_nodes(items: Sequence | None) -> tuple[GpuNode, ...]:
    """The nodes among the items of a list, in short or long form."""
    return tuple(_read(items)) if items is not None else ()


def _read(items: Sequence) -> Iterator[GpuNode]:
    for index, item in enumerate(items.items):
        source = _source(item)
        if source.startswith(NODE_PREFIX):
            numbered = _NUMBERED.match(source)
            yield GpuNode(index, items.item_span(index), source, int(numbered.group(1)) if numbered else None)


def _source(item: Node) -> str:
    node = item.scalar("source") if isinstance(item, Mapping) else item
    if not isinstance(node, Scalar):
        return ""
    return node.string if isinstance(item, Mapping) else node.string.partition(":")[0]


def selection_of(nodes: Iterable[GpuNode]) -> GpuSelection:
    """The GPUs that the nodes name; all of them where none is numbered."""
    numbers = sorted({node.number for node in nodes if node.number is not None})
    return GpuSelection(device_ids=tuple(map(str, numbers)))


def replace_nodes(service: Service, key: str, nodes: tuple[GpuNode, ...]) -> tuple[TextEdit, ...]:
    """Remove the nodes from the list under `key`, and ask for their GPUs where the service asks for none."""
    steps: list[Callable[[Service], Iterable[TextEdit]]] = [lambda step: _removal(step, key, nodes)]
    if not asks_for_gpus(service):
        steps.insert(0, lambda step: add_request(step, selection_of(nodes)))
    return in_service(service, *steps)


def _removal(service: Service, key: str, nodes: tuple[GpuNode, ...]) -> tuple[TextEdit, ...]:
    items = service.sequence(key)
    path = (*service.path, key)
    return () if items is None else remove_items(service.document, path, items, [node.position for node in nodes])
