from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV103",
    title="A device request asks for zero GPUs",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def count_zero(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`count` says how many GPUs, not which one. `count: 0` is accepted everywhere and gives none: the container starts
    and finds no GPU. It is often written for GPU 0, which is `device_ids: ["0"]`. And where the output of
    `docker compose config` is used again, the zero is lost and becomes *all* GPUs.

    Where the zero comes from a variable it may be a switch; that is only a warning. To start a service without a GPU,
    leave the request away, for example with a second file.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 0
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
    count = request.count
    if count is None or count.number != 0 or request.get("device_ids") or not request.is_for_gpus:
        return
    variable = count.node.interpolated is not None
    path = (*request.path, "count")
    yield Finding(
        count.node.span,
        "this container will see no GPU: `count` says how many GPUs, and here it is 0",
        'Write `count: 1` or more, or `device_ids: ["0"]` for GPU 0.',
        None
        if variable
        else Fix(
            "write `count: 1`, which is GPU 0",
            lambda: editing.set_value(context.document, path, 1, in_place=True),
            safe=False,
        ),
        severity=Severity.WARNING if variable else None,
    )
