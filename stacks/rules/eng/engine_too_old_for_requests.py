from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest
from stacks.facts.engine import Feature, is_before, version_of
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule


@rule(
    "ENG116",
    title="The engine is older than device requests",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=DeviceRequest,
    needs=(ENGINE,),
    url="https://docs.docker.com/engine/release-notes/19.03/",
)
def engine_too_old_for_requests(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Docker Engine takes requests for GPUs since 19.03 (API 1.40). An older one knows nothing of them; there only
    `runtime: nvidia` of nvidia-docker2 gives a container a GPU.

    Update Docker on the host.

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
    version = host.engine.version if host.engine is not None else None
    if version is not None and request.is_for_gpus and is_before(version, Feature.DEVICE_REQUESTS):
        yield Finding(
            request.span,
            f"this container will see no GPU: Docker Engine {version} of {host_label(host)} knows no device requests, "
            f"which came with {version_of(Feature.DEVICE_REQUESTS)}",
            "Update Docker on the host.",
        )
