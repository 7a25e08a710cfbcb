from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.device_paths import parse_cdi_name
from stacks.compose.devices import CDI_DRIVER, DeviceRequest
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV306",
    title="A CDI name stands in a request to another driver",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def cdi_name_without_cdi_driver(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Names such as `nvidia.com/gpu=0` belong to the driver `cdi`. The driver `nvidia` wants `0` or a UUID: an engine
    that serves it through CDI (29.2 and later) puts `nvidia.com/gpu=` before what it is given, and finds no device of
    the doubled name.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["nvidia.com/gpu=0"]
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
    driver = request.driver.string if request.driver is not None else ""
    if driver not in ("", "nvidia"):
        return
    ids = request.device_ids or ()
    names = [node for node in ids if parse_cdi_name(node.string) is not None]
    path = (*request.path, "driver")
    for node in names:
        yield Finding(
            node.span,
            f"this service may not start: {quote(node.string)} is a name for the driver `cdi`, which is not asked",
            "Write `driver: cdi`, or the GPU's index or UUID alone.",
            Fix(
                "write `driver: cdi`",
                lambda: editing.set_value(context.document, path, CDI_DRIVER, in_place=True),
                safe=False,
            )
            if len(names) == len(ids)
            else None,
        )
