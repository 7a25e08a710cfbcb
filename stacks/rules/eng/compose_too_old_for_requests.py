from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest, RequestOrigin
from stacks.facts.engine import Feature, is_before, version_of
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG117",
    title="The host's docker-compose does not know device requests",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=DeviceRequest,
    needs=(ENGINE,),
    url="https://github.com/docker/compose/issues/8142",
)
def compose_too_old_for_requests(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`deploy.resources.reservations.devices` came with docker-compose 1.28, whatever the file's `version` says. An
    older one refuses the whole file: `Additional properties are not allowed ('devices' was unexpected)`.

    Install the Compose plugin (`docker compose`) on the host: docker-compose 1 is out of support.

    ```yaml bad
    # host: engine-18
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}
    ```
    ```yaml good
    # host: old-compose
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}
    ```
    """
    host = context.snapshot()
    version = host.engine.compose_version if host.engine is not None else None
    if version is None or request.origin is not RequestOrigin.DEPLOY:
        return
    if is_before(version, Feature.RESERVED_DEVICES):
        yield Finding(
            request.span,
            f"docker-compose {version} of {host_label(host)} will refuse this file: `devices` came with "
            f"{version_of(Feature.RESERVED_DEVICES)}",
            "Install the Compose plugin on the host and use `docker compose`.",
        )
