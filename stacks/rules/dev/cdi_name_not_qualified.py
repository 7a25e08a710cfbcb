from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.device_paths import parse_cdi_name
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_identifiers import identifier_kind
from stacks.compose.gpu_requests import CDI_GPU
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV305",
    title="An id for the driver cdi is not a qualified name",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/build/building/cdi/",
)
def cdi_name_not_qualified(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The driver `cdi` knows devices by vendor, kind and name: `nvidia.com/gpu=0`, not `0`. For anything else the
    engine refuses to start the service: `CDI device injection failed: unresolvable CDI devices 0`. `nvidia-ctk cdi
    list` on the host prints the names.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: cdi
                  device_ids: ["0"]
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
                - driver: cdi
                  device_ids: ["nvidia.com/gpu=0"]
                  capabilities: [gpu]
    ```
    """
    entry = request.get("device_ids")
    if not request.is_cdi or entry is None or not isinstance(entry.value, Sequence):
        return
    for index, node in enumerate(entry.value.items):
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or parse_cdi_name(node.string) is not None:
            continue
        name = node.text.strip()
        if not node.string.strip():
            continue
        known = name.lower() == "all" or identifier_kind(node.string.strip()) is not None
        yield Finding(
            node.span,
            f"the engine will refuse to start this service: {quote(node.string)} is no name of a CDI device",
            f"Write `{CDI_GPU}0`, `{CDI_GPU}all` or another name that `nvidia-ctk cdi list` prints.",
            _repair(f"{CDI_GPU}{name}", (*request.path, "device_ids", index), context) if known else None,
        )


def _repair(name: str, path: Path, context: Context) -> Fix | None:
    return Fix(f"write {quote(name)}", lambda: editing.set_value(context.document, path, name, in_place=True))
