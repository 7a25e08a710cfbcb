"""What it takes to write a request for GPUs: which ones are meant, and the edits that ask for them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from stacks.compose import editing
from stacks.compose.devices import ALL_GPUS, CDI_DRIVER, DeviceRequest
from stacks.compose.document import Document, Service
from stacks.compose.gpu_identifiers import identifier_kind, repaired_identifier, split_identifiers
from stacks.compose.nodes import Mapping, Node, Path, Plain, Scalar, Sequence
from stacks.compose.references import lineage
from stacks.compose.source import EditError, TextEdit

RESERVED_DEVICES = ("deploy", "resources", "reservations", "devices")
REQUEST_KEYS = frozenset({"capabilities", "count", "device_ids", "driver", "options"})
CDI_GPU = "nvidia.com/gpu="
NVIDIA_RUNTIME = "nvidia"
# NVIDIA's toolkit registers the last two where it is told to: the same runtime with its mode fixed.
NVIDIA_RUNTIMES = frozenset({NVIDIA_RUNTIME, "nvidia-cdi", "nvidia-legacy"})


class GpuSelection(NamedTuple):
    """Which GPUs are meant: `count` of them (ALL_GPUS for all), or those of `device_ids`."""

    count: int = ALL_GPUS  # type: ignore[assignment]  # nobody counts the items of a selection
    device_ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.device_ids:
            names = [f"`{name}`" for name in self.device_ids]
            return f"GPU {names[0]}" if len(names) == 1 else f"GPUs {', '.join(names[:-1])} and {names[-1]}"
        if self.count == ALL_GPUS:
            return "all GPUs"
        return "1 GPU" if self.count == 1 else f"{self.count} GPUs"

    @property
    def keys(self) -> dict[str, Plain]:
        """`count` or `device_ids`, as a device request states them."""
        if self.device_ids:
            return {"device_ids": list(self.device_ids)}
        return {"count": "all" if self.count == ALL_GPUS else self.count}

    @property
    def request(self) -> Plain:
        """A whole request, with all that every version of Compose and the engine wants."""
        return {"driver": "nvidia", **self.keys, "capabilities": ["gpu"]}


def gpus_value(selection: GpuSelection) -> Plain:
    """What `gpus` says for a selection: `all`, or a list with one request."""
    if not selection.device_ids and selection.count == ALL_GPUS:
        return "all"
    return [{"driver": "nvidia", **selection.keys}]


def selection_in(text: str) -> GpuSelection | None:
    """The GPUs that a text means: `all`, `0`, `0,1`, `0-3`, `GPU-…`, `device=0,1`, `nvidia.com/gpu=0`; else None."""
    text = text.strip().strip("'\"").removeprefix("device=").replace(CDI_GPU, "").strip()
    if text.lower() == "all":
        return GpuSelection()
    if identifier_kind(text):
        return GpuSelection(device_ids=(text,))
    repaired = repaired_identifier(text)
    names = (repaired,) if repaired else tuple(dict.fromkeys(split_identifiers(text)))
    return GpuSelection(device_ids=names) if names else None


def selection_meant(node: Node) -> tuple[GpuSelection, bool] | None:
    """The GPUs that a bare value means where a list of requests belongs (`gpus: 2`, `gpus: [0, 1]`), and whether for
    sure.

    A number is a count, as in `docker run --gpus 2`; a quoted digit may be a count or an index, so it is not sure.
    """
    if isinstance(node, Sequence):
        return _listed(node)
    if not isinstance(node, Scalar) or node.interpolated is not None or node.value is None:
        return None
    if isinstance(node.value, bool):
        return (GpuSelection(), False) if node.value else None
    if isinstance(node.value, int) and node.value != 0:
        return (GpuSelection(min(node.value, 64)), True) if node.value > 0 else (GpuSelection(), False)
    selection = selection_in(node.string)
    if selection is None:
        return None
    is_digit = selection.device_ids == (node.string,) and node.string.isdigit()
    return selection, not is_digit or node.value == "0"


def amount_meant(node: Node) -> tuple[GpuSelection, bool] | None:
    """As `selection_meant`, of a key that counts: a number in quotes is an amount, too, as Kubernetes writes it."""
    if isinstance(node, Scalar) and node.interpolated is None and node.string.isdecimal():
        amount = int(node.string[:4])
        return (GpuSelection(min(amount, 64)), True) if amount else None
    return selection_meant(node)


def _listed(node: Sequence) -> tuple[GpuSelection, bool] | None:
    names: list[str] = []
    for item in node.items:
        selection = selection_in(item.string) if isinstance(item, Scalar) and item.interpolated is None else None
        if selection is None:
            return None
        if not selection.device_ids:
            return (selection, True) if len(node.items) == 1 else None
        names.extend(selection.device_ids)
    return (GpuSelection(device_ids=tuple(dict.fromkeys(names))), True) if names else None


def asks_for_gpus(service: Service) -> bool:
    """Whether the service asks for GPUs in one of the ways that the engine knows, be it with mistakes.

    What it extends counts too; a base that is not known here may ask, and is taken to.
    """
    family = lineage(service)
    return not family.is_whole or any(_asks(each) for each in family.services)


def _asks(service: Service) -> bool:
    if service.get("gpus") is not None or any(_may_be_for_gpus(each) for each in service.device_requests):
        return True
    reserved = service.find(*RESERVED_DEVICES)
    if reserved is not None and not isinstance(reserved, Sequence):
        return True
    if any(mapping.is_cdi for mapping in service.device_mappings):
        return True
    return runs_nvidia(service)


def runs_nvidia(service: Service) -> bool:
    """Whether the service, or what it extends, names NVIDIA's runtime, which reads NVIDIA_VISIBLE_DEVICES."""
    runtime = lineage(service).find("runtime")
    return isinstance(runtime, Scalar) and runtime.string in NVIDIA_RUNTIMES


def _may_be_for_gpus(request: DeviceRequest) -> bool:
    return (
        request.is_for_gpus or not request.capabilities or any("gpu" in x.string.lower() for x in request.capabilities)
    )


_PARTS = frozenset({"driver", "capabilities", "options"})
_MOST_PARTS = 20  # one for each key, and as many for the other origin, with room


def is_split(request: DeviceRequest) -> bool:
    """Whether the request is a part of one that was meant: a dash too many stands before each of its keys."""
    if len(request.service.device_requests) > _MOST_PARTS:
        return False
    items = [each for each in request.service.device_requests if each.origin is request.origin]
    given = [set(each.node.effective) for each in items if isinstance(each.node, Mapping)]
    keys = [key for each in given for key in each]
    if len(given) < 2 or len(given) != len(items) or len(keys) != len(set(keys)) or not REQUEST_KEYS.issuperset(keys):
        return False
    return any(each <= _PARTS for each in given)


def add_request(service: Service, selection: GpuSelection) -> tuple[TextEdit, ...]:
    """Ask for the GPUs under `deploy`, which Docker Compose has known for longest."""
    return editing.append_item(service.document, (*service.path, *RESERVED_DEVICES), selection.request)


def is_cdi_driver(request: DeviceRequest) -> bool:
    return request.driver is not None and request.driver.string == CDI_DRIVER


def as_written(node: Node) -> Plain:
    """The data of a node with its `${VARIABLES}` left in it; for moving it elsewhere."""
    if isinstance(node, Scalar):
        return node.value if node.interpolated is None else node.text
    if isinstance(node, Sequence):
        return [as_written(item) for item in node.items]
    return {name: as_written(entry.value) for name, entry in node.effective.items()}


def remove_items(document: Document, path: Path, node: Sequence, indexes: Iterable[int]) -> tuple[TextEdit, ...]:
    """Remove several items of the list at `path`, and the list with its parents where none is left."""
    gone = set(indexes)
    if len(gone) == len(node.items):
        return editing.delete(document, path, prune=True)
    return in_steps(document, *(_deletion((*path, index)) for index in sorted(gone, reverse=True)))


def _deletion(path: Path) -> Callable[[Document], Iterable[TextEdit]]:
    return lambda document: editing.delete(document, path)


def in_steps(document: Document, *steps: Callable[[Document], Iterable[TextEdit]]) -> tuple[TextEdit, ...]:
    """Edits that depend on one another, each made on the text that the one before left; one replacement for a file."""
    current = document
    for step in steps:
        edits = tuple(step(current))
        if not current.may_edit(edits):
            raise EditError("this stands in a file that was not given to be edited")
        current = current.with_edits(edits)
    return document.edits_to(current)


def in_service(service: Service, *steps: Callable[[Service], Iterable[TextEdit]]) -> tuple[TextEdit, ...]:
    """As `in_steps`, each step made on the service as the one before left it."""

    def on_document(step: Callable[[Service], Iterable[TextEdit]]) -> Callable[[Document], Iterable[TextEdit]]:
        return lambda document: step(document.service(service.name) or service)

    return in_steps(service.document, *map(on_document, steps))


def moved_to_reservations(service: Service, path: Path) -> tuple[TextEdit, ...]:
    """Move the list of requests at `path`, a place where they have no meaning, to where they belong."""
    node = service.find(*path[len(service.path) :])
    requests = [as_written(item) for item in node.items] if isinstance(node, Sequence) else []
    target = (*service.path, *RESERVED_DEVICES)
    return in_steps(
        service.document,
        *(_appending(target, request) for request in requests),
        lambda step: editing.delete(step, path, prune=True),
    )


def _appending(path: Path, value: Plain) -> Callable[[Document], Iterable[TextEdit]]:
    return lambda document: editing.append_item(document, path, value)
