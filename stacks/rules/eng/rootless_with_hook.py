from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_requests import runs_nvidia
from stacks.facts.engine import Feature, is_before
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule

_HINT = "Ask by CDI, such as `devices: [nvidia.com/gpu=0]`, or set `no-cgroups = true` in the toolkit's config.toml."


@rule(
    "ENG108",
    title="A rootless engine gives GPUs by CDI, or with a setting of the toolkit",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Service,
    needs=(ENGINE,),
    keys=("deploy", "gpus", "runtime"),
    url="https://github.com/NVIDIA/nvidia-container-toolkit/issues/139",
)
def rootless_with_hook(service: Service, context: Context) -> Iterator[Finding]:
    """A rootless engine may not set device rights of cgroups. NVIDIA's hook tries that, and the container does not
    start: `bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted`. With `no-cgroups = true` in the
    toolkit's `config.toml` it leaves it; containers of a rootful engine on that host then lose their rights.

    Ask for the GPU by CDI, which needs none of this: `devices: ["nvidia.com/gpu=0"]`.

    ```yaml bad
    # host: rootless
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus: [{count: 1}]
    ```
    ```yaml good
    # host: rootless
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=0
    ```
    """
    host = context.snapshot()
    engine = host.engine
    if engine is None or not engine.rootless:
        return
    why = f"the engine of {host_label(host)} is rootless, and NVIDIA's hook may not set device rights there"
    by_cdi = engine.version is not None and not is_before(engine.version, Feature.NVIDIA_BY_CDI)
    requests = [request for request in service.device_requests if request.is_for_gpus and not request.is_cdi]
    for request in requests if not by_cdi or engine.nvidia_cdi_hook is False else ():
        yield Finding(request.span, f"this container may not start: {why}", _HINT)
    if service.runtime is not None and runs_nvidia(service) and not requests:
        message = f"this container may not start, unless the toolkit's runtime is set to use CDI: {why}"
        yield Finding(service.runtime.span, message, _HINT, severity=Severity.INFO)
