from collections.abc import Iterator

from stacks.compose.devices import DeviceMapping
from stacks.facts.engine import Feature, is_before, version_of
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG106",
    title="The host's Docker Compose takes a CDI name for a path",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=DeviceMapping,
    needs=(ENGINE,),
    url="https://github.com/docker/compose/releases/tag/v2.30.0",
)
def compose_too_old_for_cdi_devices(mapping: DeviceMapping, context: Context) -> Iterator[Finding]:
    """Docker Compose reads CDI names under `devices:` since 2.30. An older one passes `nvidia.com/gpu=0` on as the
    path of a device node, and the container does not start: `error gathering device information while adding custom
    device`.

    Update the Compose plugin on the host, or write a reservation with `driver: cdi`, or with `driver: nvidia`.

    ```yaml bad
    # host: old-compose
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=0
    ```
    ```yaml good
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=0
    ```
    """
    host = context.snapshot()
    version = host.engine.compose_version if host.engine is not None else None
    if version is not None and mapping.is_cdi and is_before(version, Feature.CDI_DEVICES):
        yield Finding(
            mapping.span,
            f"this container will not start: Docker Compose {version} of {host_label(host)} takes `{mapping.source}` "
            f"for a path; it reads CDI names since {version_of(Feature.CDI_DEVICES)}",
            f"Update Compose there to {version_of(Feature.CDI_DEVICES)} or newer, or write a reservation.",
        )
