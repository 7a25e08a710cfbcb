from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Scalar
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV408",
    title="A device id is empty",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/interpolation/",
)
def empty_device_id(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """An empty string names no GPU. It mostly comes from a variable without a value: for `"${GPU_ID}"` Docker Compose
    warns that `GPU_ID` is not set, puts nothing in its place and goes on, so that the container starts without a GPU
    or not at all.

    Give the variable a value in `.env`, a default (`${GPU_ID:-0}`), or let Compose refuse to start without it
    (`${GPU_ID:?choose a GPU}`).

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["${GPU_ID}"]
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
                  device_ids: ["${GPU_ID:-0}"]
                  capabilities: [gpu]
    ```
    """
    for node in request.device_ids or ():
        if isinstance(node.value, str) and not node.string.strip() and not _has_error(node):
            unset = [each.name for each in node.interpolated.references if each.unset] if node.interpolated else []
            why = f": `{unset[0]}` is not set" if unset else ""
            yield Finding(
                node.span,
                f"this container will see no GPU, or not start: the id is empty{why}",
                f"Set `{unset[0]}` in `.env`, or give it a default." if unset else "Name a GPU by index or UUID.",
            )


def _has_error(node: Scalar) -> bool:
    return node.interpolated is not None and bool(node.interpolated.errors)
