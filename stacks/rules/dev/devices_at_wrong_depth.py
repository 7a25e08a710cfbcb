from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Service
from stacks.compose.gpu_requests import REQUEST_KEYS, RESERVED_DEVICES, moved_to_reservations
from stacks.compose.nodes import Entry, Mapping, Node, Sequence, find
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

# Where requests are found in their place's stead; the number says which key of the path Compose stumbles over.
_PLACES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("deploy", "devices")),
    (2, ("deploy", "resources", "devices")),
    (1, ("deploy", "reservations", "devices")),
    (3, ("deploy", "resources", "reservations", "device")),
    (0, ("resources", "reservations", "devices")),
    (0, ("reservations", "devices")),
    (0, ("device_requests",)),
    (0, ("devices",)),
)


@rule(
    "DEV508",
    title="Device requests stand at the wrong depth",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy", "device_requests", "devices", "reservations", "resources"),
    url="https://docs.docker.com/reference/compose-file/deploy/#devices",
)
def devices_at_wrong_depth(service: Service, context: Context) -> Iterator[Finding]:
    """Requests for GPUs stand under `deploy.resources.reservations.devices`, each of the four levels in its place.
    With one of them left out, or with the requests directly under the service's `devices` (which maps device nodes),
    Docker Compose refuses the file.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            devices:
              - driver: nvidia
                count: 1
                capabilities: [gpu]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    for depth, place in _PLACES:
        node = service.find(*place)
        if node is None or not _is_request(node):
            continue
        parent = find(service.node, *place[:depth])
        entry: Entry | None = parent.get(place[depth]) if isinstance(parent, Mapping) else None
        if entry is None:
            continue
        path = (*service.path, *place)
        free = service.find(*RESERVED_DEVICES) is None or isinstance(service.find(*RESERVED_DEVICES), Sequence)
        movable = free and isinstance(node, Sequence) and all(isinstance(item, Mapping) for item in node.items)
        yield Finding(
            entry.key.span,
            f"Docker Compose will refuse this file: requests for GPUs do not belong under {quote('.'.join(place))}",
            "Move them to `deploy.resources.reservations.devices`.",
            Fix("move them to `deploy.resources.reservations.devices`", partial(moved_to_reservations, service, path))
            if movable
            else None,
        )


def _is_request(node: Node) -> bool:
    items = node.items if isinstance(node, Sequence) else [node]
    return any(isinstance(item, Mapping) and "source" not in item.effective and _names_gpu(item) for item in items)


def _names_gpu(item: Mapping) -> bool:
    return any(key in item.effective for key in REQUEST_KEYS - {"options"})
