from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_requests import GpuSelection, in_steps, selection_in
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV403",
    title="The device_ids of a request are not a list",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#device_ids",
)
def device_ids_not_a_list(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`device_ids` takes a list even for one GPU: `["0"]`. Docker Compose refuses a bare id, an empty value and a
    mapping: `device_ids must be a array`. All GPUs are `count: all`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: "0"
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
                  device_ids: ["0"]
                  capabilities: [gpu]
    ```
    """
    entry = request.get("device_ids")
    if entry is None or isinstance(entry.value, Sequence):
        return
    fix = None
    if isinstance(entry.value, Scalar) and entry.value.value is not None:
        fix = _listed(entry.value, request, context)
    yield Finding(
        entry.value_span if entry.value.end > entry.value.start else entry.key.span,
        "Docker Compose will refuse this file: `device_ids` has to be a list",
        'Write `device_ids: ["0"]`, each GPU as an item in quotes.',
        fix,
    )


def _listed(node: Scalar, request: DeviceRequest, context: Context) -> Fix | None:
    meant = selection_in(node.string)
    if meant is not None and node.interpolated is not None:
        meant = GpuSelection(device_ids=(node.text,)) if len(meant.device_ids) == 1 else None
    path: Path = (*request.path, "device_ids")
    if meant is None:
        return None
    if meant.device_ids:
        return Fix(
            f"write a list with {meant}",
            lambda: editing.set_value(context.document, path, list(meant.device_ids), in_place=True),
        )
    if request.get("count") is not None:
        return None
    return Fix(
        "write `count: all` in its place",
        lambda: in_steps(
            context.document,
            lambda step: editing.rename_key(step, path, "count", in_place=True),
            lambda step: editing.set_value(step, (*request.path, "count"), "all", in_place=True),
        ),
    )
