from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Mapping, Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV304",
    title="A request to the driver cdi has options",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://github.com/moby/moby/blob/master/daemon/cdi.go",
)
def cdi_request_with_options(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The engine's driver `cdi` takes no options and refuses to start a service that has some:
    `unexpected options in CDI device request`.

    ```yaml bad
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
                  options:
                    virtualization: "false"
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
    entry = request.get("options")
    if not request.is_cdi or entry is None:
        return
    filled = (isinstance(entry.value, Mapping) and entry.value.effective) or (
        isinstance(entry.value, Sequence) and entry.value.items
    )
    path = (*request.path, "options")
    if filled:
        yield Finding(
            entry.key.span,
            "the engine will refuse to start this service: the driver `cdi` takes no `options`",
            "Remove `options`.",
            Fix("remove `options`", lambda: editing.delete(context.document, path, in_place=True)),
        )
