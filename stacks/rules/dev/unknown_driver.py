from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import CDI_DRIVER, DeviceRequest
from stacks.compose.values import quote
from stacks.facts.device_requests import driver_meant, known_drivers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV301",
    title="A device request names a driver that no engine has",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#driver",
)
def unknown_driver(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Docker Compose passes any name through. The engine has the drivers `nvidia` and `cdi`, and refuses to start a
    service that asks for another: `could not select device driver "nvdia" with capabilities: [[gpu]]`. The names of
    runtimes and packages, such as `nvidia-container-runtime`, are no drivers.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvdia
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
    driver = request.driver
    if driver is None or driver.string in ("", "nvidia", CDI_DRIVER) or not isinstance(driver.value, str):
        return
    if driver.string in known_drivers():
        return
    meant = driver_meant(driver.string)
    path = (*request.path, "driver")
    yield Finding(
        driver.span,
        f"the engine will refuse to start this service: it has no device driver {quote(driver.string)}",
        f"Write `driver: {meant or 'nvidia'}`.",
        Fix(f"write `driver: {meant}`", lambda: editing.set_value(context.document, path, meant, in_place=True))
        if meant is not None and driver.interpolated is None
        else None,
    )
