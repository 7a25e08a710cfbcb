"""Device nodes of NVIDIA GPUs (`/dev/nvidia0`, `/dev/nvidiactl`) that a service mounts or maps by hand."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from stacks.compose.document import Service
from stacks.compose.gpu_requests import GpuSelection, add_request, asks_for_gpus, in_service, remove_items
from stacks.compose.nodes import Mapping, Scalar, Sequence, long_form_span
from stacks.compose.source import Span, TextEdit
from stacks.patterns import lazy_pattern

NODE_PREFIX = "/dev/nvidia"
NEEDED_BESIDE = ("/dev/nvidiactl", "/dev/nvidia-uvm")  # CUDA opens these, too
# Folders of a host that hold the driver's libraries among all others.
_LIBRARIES = frozenset({"/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"})
_NUMBERED = lazy_pattern(r"/dev/nvidia([0-9]{1,3})\Z")


class GpuNode(NamedTuple):
    """An item of `volumes` or `devices` that is such a node; `number` is its N, None for the others."""

    position: int
    span: Span
    source: str
    number: int | None


class HostFile(NamedTuple):
    """An item of `volumes` or `devices`: what of the host it brings in, and where the container has it.

    `span` is the item, or in the long form the value of `source`.
    """

    position: int
    span: Span
    source: str
    target: str


def host_files(items: Sequence | None) -> Iterator[HostFile]:
    """The items of a list, in short or long form, as they are written."""
    if items is None:
        return
    for index, item in enumerate(items.items):
        span = items.item_span(index)
        if isinstance(item, Mapping):
            source, target = item.scalar("source"), item.scalar("target")
            names = source.string if source is not None else "", target.string if target is not None else ""
            span = long_form_span(item, "source", span)
        else:
            parts = item.string.split(":") if isinstance(item, Scalar) else [""]
            names = parts[0], parts[1] if len(parts) > 1 else ""
        yield HostFile(index, span, *names)


def brings_libraries(service: Service) -> bool:
    """Whether volumes mount libraries of the driver by hand."""
    for each in host_files(service.sequence("volumes")):
        if "libcuda" in each.source or ("nvidia" in each.source and not each.source.startswith(NODE_PREFIX)):
            return True
        if each.source.rstrip("/") in _LIBRARIES:
            return True
    return False


def gpu_nodes(items: Sequence | None) -> tuple[GpuNode, ...]:
    """The nodes among the items of a list, in short or long form."""
    return tuple(_read(items)) if items is not None else ()


def _read(items: Sequence) -> Iterator[GpuNode]:
    if not any(NODE_PREFIX in scalar.string for scalar in items.scalars) and all(
        isinstance(item, Scalar) for item in items.items
    ):
        return  # most lists
    for each in host_files(items):
        if each.source.startswith(NODE_PREFIX):
            numbered = _NUMBERED.match(each.source)
            number = int(numbered.group(1)) if numbered else None
            yield GpuNode(each.position, each.span, each.source, number)


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
