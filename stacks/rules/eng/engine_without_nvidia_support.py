from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest
from stacks.facts.engine import Feature, is_before
from stacks.gpu_use import host_label
from stacks.hosts.snapshot import Engine
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule

_HINT = "Install nvidia-container-toolkit on the host and restart Docker"


@rule(
    "ENG102",
    title="The engine cannot give GPUs to containers",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=DeviceRequest,
    needs=(ENGINE,),
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def engine_without_nvidia_support(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The engine serves requests for NVIDIA GPUs only if it found `nvidia-container-runtime-hook` on its PATH when it
    started (since Engine 29.2 also by `nvidia-cdi-hook` and CDI). Without it the container does not start: `could not
    select device driver "nvidia" with capabilities: [[gpu]]`. Driver and `nvidia-smi` on the host are not enough.

    Install `nvidia-container-toolkit` and restart Docker. Where the engine lists CDI devices, they can be asked for by
    `devices: ["nvidia.com/gpu=0"]` instead.

    ```yaml bad
    # host: no-toolkit
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    ```yaml good
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
                  capabilities: [gpu]
    ```
    """
    host = context.snapshot()
    engine = host.engine
    if (
        engine is None
        or engine.nvidia_hook is not False
        or not request.is_for_gpus
        or request.is_cdi
        or host.gpus == ()
    ):
        return
    if _serves_by_cdi(engine):
        return
    devices = [name for name in engine.cdi_devices or () if name.startswith("nvidia.com/")]
    hint = f"{_HINT}, or ask by CDI: `devices: [{devices[0]}]`." if devices else f"{_HINT}."
    yield Finding(
        request.span,
        f"this container will not start: the engine of {host_label(host)} has no driver for GPUs, "
        "since it does not find `nvidia-container-runtime-hook`",
        hint,
    )


def _serves_by_cdi(engine: Engine) -> bool:
    """Whether the engine may serve the request without the hook, as far as the snapshot can tell."""
    if engine.version is None:
        return bool(engine.cdi_devices)
    return not is_before(engine.version, Feature.NVIDIA_BY_CDI) and engine.nvidia_cdi_hook is not False
