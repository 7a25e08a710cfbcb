"""Which of the schema's faults are about asking for GPUs: rules of their own report those, and know what was meant."""

from __future__ import annotations

from typing import Final

from stacks.compose.document import Document
from stacks.compose.gpu_requests import REQUEST_KEYS, RESERVED_DEVICES
from stacks.compose.nodes import Mapping, Node, Path, Sequence, find
from stacks.compose.schema_faults import SchemaFault, SchemaProblem

_RESOURCES: Final = (("deploy", "resources", "limits"), ("deploy", "resources", "reservations"))
KEYS_OF_SERVICE: Final = frozenset(
    {"gpu", "gpu_count", "gpu_id", "gpu_ids", "gpu_devices", "num_gpus", "ngpus", "n_gpus"}
)
KEYS_OF_RESOURCES: Final = frozenset({"gpu", "gpus", "gpu_count", "num_gpus", "nvidia.com/gpu"})
# The unknown key, and below it the rest of the path at which requests stand in the wrong place.
_MISPLACED: Final[dict[Path, Path]] = {
    ("deploy", "devices"): (),
    ("deploy", "resources", "devices"): (),
    ("deploy", "reservations"): ("devices",),
    ("deploy", "resources", "reservations", "device"): (),
    ("resources",): ("reservations", "devices"),
    ("reservations",): ("devices",),
    ("device_requests",): (),
}


# Where people leave keys of a request, and which of them mean nothing else there.
_STRAY: Final[dict[Path, frozenset[str]]] = {
    (): frozenset({"device_ids", "capabilities"}),
    ("deploy",): frozenset({"device_ids", "capabilities", "driver", "count"}),
    ("deploy", "resources"): frozenset({"device_ids", "capabilities", "driver", "count"}),
    ("deploy", "resources", "reservations"): frozenset({"device_ids", "capabilities", "driver", "count"}),
    ("deploy", "resources", "limits"): frozenset({"device_ids", "capabilities", "driver", "count"}),
}


def stray_request_keys(service: Mapping) -> tuple[Path, ...]:
    """The keys of requests that stand outside of one, by their paths below the service."""
    found: list[Path] = []
    nodes: dict[Path, Node | None] = {(): service}
    for place, names in _STRAY.items():
        above = nodes[place[:-1]] if place else None
        node = (above.value(str(place[-1])) if isinstance(above, Mapping) else None) if place else service
        nodes[place] = node
        if isinstance(node, Mapping) and not names.isdisjoint(node.effective):
            found.extend((*place, name) for name in node.effective if name in names)
    return tuple(found)


def kubernetes_gpus(service: Mapping) -> tuple[Path, ...]:
    """`nvidia.com/gpu` under `resources` of the service, as Kubernetes has it."""
    node = service.value("resources")
    sections = ("limits", "requests", "reservations") if isinstance(node, Mapping) else ()
    found = (("resources", section, key) for section in sections for key in KEYS_OF_RESOURCES)
    return tuple(path for path in found if find(service, *path) is not None)


def is_about_gpus(document: Document, problem: SchemaProblem) -> bool:
    """Whether the fault is in a request for GPUs, or is a request in the wrong place."""
    path = problem.path
    if path[:1] != ("services",) or len(path) < 3:
        return False
    inner = path[2:]
    if inner[0] == "gpus" or inner[: len(RESERVED_DEVICES)] == RESERVED_DEVICES:
        return True
    if inner[0] == "devices" and len(inner) > 1:
        return _is_request(find(document.root, *path[:4]))
    return problem.fault is SchemaFault.UNKNOWN_KEY and _is_gpu_key(document, path, inner)


def _is_gpu_key(document: Document, path: Path, inner: Path) -> bool:
    key = str(inner[-1]).lower()
    if inner in _MISPLACED and _is_request(find(document.root, *path, *_MISPLACED[inner])):
        return True
    if inner[-1] in _STRAY.get(inner[:-1], ()):
        return True
    if len(inner) == 1:
        service = find(document.root, *path[:2])
        kubernetes = inner == ("resources",) and isinstance(service, Mapping) and kubernetes_gpus(service)
        return key in KEYS_OF_SERVICE or bool(kubernetes)
    return inner[:-1] in _RESOURCES and (key in KEYS_OF_RESOURCES or inner[1:] == ("resources", "limits", "devices"))


def _is_request(node: Node | None) -> bool:
    items = node.items if isinstance(node, Sequence) else [node]
    keys = REQUEST_KEYS - {"options"}
    mappings = [item.effective.keys() for item in items if isinstance(item, Mapping)]
    return any(keys & given and "source" not in given for given in mappings)
