from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.values import quote
from stacks.facts.engine import runtime_meant
from stacks.facts.environment import is_read_by_toolkit
from stacks.gpu_use import means_gpu
from stacks.gpu_variables import is_meant_for_others, runs_nvidia_by_default
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule
from stacks.swarm import reserves_gpus


@rule(
    "ENV208",
    title="Variables for NVIDIA's toolkit in a service without a GPU",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def driver_variable_without_gpu(service: Service, context: Context) -> Iterator[Finding]:
    """`NVIDIA_DRIVER_CAPABILITIES`, `NVIDIA_REQUIRE_CUDA` and their like are read by NVIDIA's toolkit while it gives a
    container its GPU. They ask for none: in a service with neither a request nor `runtime: nvidia` nobody reads them,
    and the container sees no GPU.

    Ask for the GPU, or remove the variables.

    ```yaml bad
    services:
      media:
        image: jellyfin/jellyfin:10.10.7
        environment:
          NVIDIA_DRIVER_CAPABILITIES: compute,utility,video
    ```
    ```yaml good
    services:
      media:
        image: jellyfin/jellyfin:10.10.7
        environment:
          NVIDIA_DRIVER_CAPABILITIES: compute,utility,video
        gpus:
          - count: 1
    ```
    """
    if asks_for_gpus(service) or means_gpu(service) or reserves_gpus(service) or runs_nvidia_by_default(context.host):
        return
    if service.runtime is not None and runtime_meant(service.runtime.string) is not None:
        return  # the slip in the runtime's name is the fault
    for variable in service.environment:
        if is_read_by_toolkit(variable.name) and not is_meant_for_others(service, variable):
            yield Finding(
                variable.span,
                f"this container will see no GPU, and nobody reads {quote(variable.name)}: the service asks for none",
                "Ask for a GPU under `deploy.resources.reservations.devices`, or remove the variable.",
            )
            return
