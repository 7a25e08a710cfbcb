from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Scalar
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV302",
    title="The driver of a device request is not a name",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#driver",
)
def driver_not_a_string(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`driver` takes the name of one driver. Docker Compose refuses a number, a list, and the key with nothing after
    it: `driver must be a string`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - driver:
            count: 1
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
    entry = request.get("driver")
    if entry is None or (isinstance(entry.value, Scalar) and isinstance(entry.value.value, str)):
        return
    path = (*request.path, "driver")
    empty = isinstance(entry.value, Scalar) and entry.value.value is None
    yield Finding(
        entry.key.span if empty else entry.value_span,
        "Docker Compose will refuse this file: `driver` has to be the name of a driver",
        "Write `driver: nvidia`.",
        Fix(
            "write `driver: nvidia`",
            lambda: editing.set_value(context.document, path, "nvidia", in_place=True),
            safe=empty and request.is_for_gpus,
        ),
    )
