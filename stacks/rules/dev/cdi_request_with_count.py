from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import ALL_GPUS, DeviceRequest
from stacks.compose.gpu_requests import CDI_GPU, in_steps
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_MOST = 64


@rule(
    "DEV303",
    title="A request to the driver cdi counts devices",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://github.com/moby/moby/blob/master/daemon/cdi.go",
)
def cdi_request_with_count(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The driver `cdi` hands out devices by their names only. Docker Compose lets a `count` through, and writes
    `count: all` itself where neither it nor `device_ids` is given; the engine then refuses to start the service:
    `unexpected count in CDI device request`.

    Name the devices: `nvidia.com/gpu=all`, `nvidia.com/gpu=0`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: cdi
                  count: all
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
                  device_ids: ["nvidia.com/gpu=all"]
                  capabilities: [gpu]
    ```
    """
    entry, count, driver = request.get("count"), request.count, request.driver
    if not request.is_cdi or driver is None or request.get("device_ids") is not None:
        return
    number = ALL_GPUS if entry is None else count.number if count is not None else None
    if number is None or number == 0:
        return
    names = [f"{CDI_GPU}all"] if number == ALL_GPUS else [f"{CDI_GPU}{index}" for index in range(min(number, _MOST))]
    key, path = (*request.path, "device_ids"), (*request.path, "count")
    yield Finding(
        driver.span if entry is None else entry.key.span,
        "the engine will refuse to start this service: the driver `cdi` takes the names of devices, not a count"
        + (", and Compose writes `count: all` where there is neither" if entry is None else ""),
        f"Write `device_ids` in its place, such as `{CDI_GPU}all`.",
        Fix(
            f"write `device_ids: [{', '.join(names)}]`",
            lambda: (
                editing.set_value(context.document, key, list(names), in_place=True)
                if entry is None
                else in_steps(
                    context.document,
                    lambda step: editing.rename_key(step, path, "device_ids", in_place=True),
                    lambda step: editing.set_value(step, key, list(names), in_place=True),
                )
            ),
        ),
    )
