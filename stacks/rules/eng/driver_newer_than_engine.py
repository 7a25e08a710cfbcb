from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.facts.engine import Feature, is_before, version_of
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import ENGINE, rule

_NEW_NAMES = frozenset({"nvidia.cdi", "nvidia.runtime-hook"})


@rule(
    "ENG119",
    title="The engine does not know this device driver yet",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=DeviceRequest,
    needs=(ENGINE,),
    url="https://github.com/moby/moby/pull/50228",
)
def driver_newer_than_engine(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Since Engine 29.2 the driver `nvidia` tries CDI first and NVIDIA's hook after it, and each of the two can be
    asked for alone: `nvidia.cdi`, `nvidia.runtime-hook`. An older engine has no drivers of these names, and the
    container does not start: `could not select device driver`.

    Write `driver: nvidia`, which every engine since 19.03 knows.

    ```yaml bad
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - driver: nvidia.cdi
            count: 1
    ```
    ```yaml good
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - driver: nvidia
            count: 1
    ```
    """
    host, driver = context.snapshot(), request.driver
    version = host.engine.version if host.engine is not None else None
    if driver is None or version is None or driver.string not in _NEW_NAMES:
        return
    if is_before(version, Feature.NVIDIA_BY_CDI):
        path = (*request.path, "driver")
        edits = partial(editing.set_value, context.document, path, "nvidia", in_place=True)
        yield Finding(
            driver.span,
            f"this container will not start: Docker Engine {version} of {host_label(host)} has no driver "
            f"`{driver.string}`; it came with {version_of(Feature.NVIDIA_BY_CDI)}",
            "Write `driver: nvidia`.",
            Fix("write `driver: nvidia`", edits) if driver.interpolated is None else None,
        )
