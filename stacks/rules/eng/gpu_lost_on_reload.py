from collections.abc import Iterator

from stacks.allocation import ClaimOrigin
from stacks.compose.document import Document
from stacks.facts.engine import Feature, is_before
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule

_SYSTEMD = "systemd"


@rule(
    "ENG111",
    title="Running containers may lose their GPUs on this host",
    layer=Layer.HOST,
    severity=Severity.INFO,
    on=Document,
    needs=(ENGINE,),
    url="https://github.com/NVIDIA/nvidia-docker/issues/1671",
)
def gpu_lost_on_reload(document: Document, context: Context) -> Iterator[Finding]:
    """Where systemd manages the engine's cgroups, a `systemctl daemon-reload`, by an update of some package for
    example, writes the device rights of running containers anew. systemd does not know of the GPUs that NVIDIA's hook
    put in, so hours after its start a container fails with `Failed to initialize NVML: Unknown Error`. It has to be
    created anew.

    Ask by CDI (`devices: ["nvidia.com/gpu=0"]`), which systemd knows of; Engine 29.2 and later do so by themselves. Or
    set `"exec-opts": ["native.cgroupdriver=cgroupfs"]` in the engine's daemon.json. This is told once for a file.

    ```yaml bad
    # host: hook-only
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus: [{count: 1}]
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
    engine = host.engine
    if engine is None or engine.cgroup_driver != _SYSTEMD or engine.rootless or engine.version is None:
        return
    if engine.nvidia_hook is False:
        return  # a hook that is not there takes nothing away
    if not is_before(engine.version, Feature.NVIDIA_BY_CDI) and engine.nvidia_cdi_hook is not False:
        return
    for claim in context.allocation.claims:
        is_cdi = claim.origin is ClaimOrigin.CDI or (claim.request is not None and claim.request.is_cdi)
        # A toolkit that is asked by the runtime may use CDI itself.
        if not is_cdi and not claim.is_nothing and claim.origin is not ClaimOrigin.RUNTIME:
            yield Finding(
                claim.span,
                f"this container may lose its GPU hours after its start: on {host_label(host)} systemd manages "
                "cgroups, and a `systemctl daemon-reload` takes away what NVIDIA's hook has given",
                "Ask by CDI, such as `devices: [nvidia.com/gpu=0]`, where the engine has it on.",
            )
            return
