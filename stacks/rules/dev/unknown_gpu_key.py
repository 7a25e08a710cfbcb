from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import (
    RESERVED_DEVICES,
    amount_meant,
    asks_for_gpus,
    gpus_value,
    in_steps,
    selection_meant,
)
from stacks.compose.nodes import Entry, Mapping, Path, Scalar, Sequence
from stacks.compose.schema_gpu_places import KEYS_OF_RESOURCES, KEYS_OF_SERVICE, kubernetes_gpus
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_COUNTING = frozenset({"gpu_count", "num_gpus", "ngpus", "n_gpus"})
_NAMING = frozenset({"gpu_id", "gpu_ids", "gpu_devices"})


@rule(
    "DEV506",
    title="GPUs are asked for by a key that Compose does not have",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Service,
    url="https://docs.docker.com/reference/compose-file/services/#gpus",
)
def unknown_gpu_key(service: Service, context: Context) -> Iterator[Finding]:
    """A service has the key `gpus`, and `deploy.resources.reservations` the key `devices`. `gpu:`, `gpu_count:`, or
    `nvidia.com/gpu: 1` among resource limits as in Kubernetes are refused by Docker Compose:
    `additional properties 'gpu' not allowed`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpu: 1
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - driver: nvidia
            count: 1
    ```
    """
    for entry in service.node.effective.values():
        if entry.name.lower() in KEYS_OF_SERVICE:
            yield _finding(entry, "a service has no key", _renamed(service, entry, context))
    for place in kubernetes_gpus(service.node):
        parent = service.mapping(*place[:-1])
        given = parent.get(str(place[-1])) if parent is not None else None
        if given is not None:
            fix = _moved(service, given, (*service.path, *place), context)
            yield _finding(given, "a service has no key `resources`, in which Kubernetes asks by", fix)
    for section in ("limits", "reservations"):
        resources = service.mapping("deploy", "resources", section)
        for entry in resources.effective.values() if resources is not None else ():
            if entry.name.lower() in KEYS_OF_RESOURCES:
                path = (*service.path, "deploy", "resources", section, entry.name)
                yield _finding(entry, f"`{section}` has no key", _moved(service, entry, path, context))


def _finding(entry: Entry, what: str, fix: Fix | None) -> Finding:
    return Finding(
        entry.key.span,
        f"Docker Compose will refuse this file: {what} {quote(entry.name)}",
        "Ask for GPUs with `gpus`, or under `deploy.resources.reservations.devices`.",
        fix,
    )


def _renamed(service: Service, entry: Entry, context: Context) -> Fix | None:
    if service.get("gpus") is not None:
        return None
    path: Path = (*service.path, entry.name)
    if isinstance(entry.value, Sequence) and all(isinstance(item, Mapping) for item in entry.value.items):
        return Fix("write `gpus`", lambda: editing.rename_key(context.document, path, "gpus"))
    meant = (amount_meant if entry.name.lower() in _COUNTING else selection_meant)(entry.value)
    if meant is None or (entry.name.lower() in _NAMING and isinstance(entry.value, Scalar) and not meant[0].device_ids):
        return None
    return Fix(
        f"request {meant[0]} with `gpus`",
        lambda: in_steps(
            context.document,
            lambda step: editing.rename_key(step, path, "gpus"),
            lambda step: editing.set_value(step, (*service.path, "gpus"), gpus_value(meant[0])),
        ),
        safe=meant[1],
    )


def _moved(service: Service, entry: Entry, path: Path, context: Context) -> Fix | None:
    meant = amount_meant(entry.value)
    if meant is None or asks_for_gpus(service):
        return None
    return Fix(
        f"request {meant[0]} under `reservations.devices`",
        lambda: in_steps(
            context.document,
            lambda step: editing.append_item(step, (*service.path, *RESERVED_DEVICES), meant[0].request),
            lambda step: editing.delete(step, path, prune=True),
        ),
        safe=meant[1],
    )
