from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_requests import (
    add_request,
    asks_for_gpus,
    in_service,
)
from stacks.compose.variable_edits import remove_variable
from stacks.facts.engine import runtime_meant
from stacks.facts.images import GpuKind, image_facts
from stacks.gpu_use import asking_services
from stacks.gpu_variables import asked_for, asking_variable, is_meant_for_others, runs_nvidia_by_default
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule
from stacks.swarm import reserves_gpus


@rule(
    "ENV201",
    title="A GPU is asked for by a variable only",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def gpu_only_by_variable(service: Service, context: Context) -> Iterator[Finding]:
    """`CUDA_VISIBLE_DEVICES` hides GPUs from a program; it cannot bring any into the container.
    `NVIDIA_VISIBLE_DEVICES` is read by NVIDIA's runtime, and by nobody where the service runs with Docker's own
    (runc). Without `runtime: nvidia`, an engine whose default runtime is `nvidia`, or a request for devices, the
    container has no GPU at all.

    Ask for the GPU with a device request, which every engine with the NVIDIA toolkit understands. It is only a warning
    where an anchor brings the variable into services with a request too, which it may be meant for, and where other
    services ask for their GPUs and the image is not known to use one: `CUDA_VISIBLE_DEVICES` may be left over there.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=0
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
                  device_ids: ["0"]
                  capabilities: [gpu]
    ```
    """
    if asks_for_gpus(service) or runs_nvidia_by_default(context.host) or reserves_gpus(service):
        return
    variable = asking_variable(service)
    if variable is None or variable.value is None:
        return
    if service.runtime is not None and runtime_meant(service.runtime.string) is not None:
        return  # the slip in the runtime's name is the fault
    wanted = asked_for(variable)
    shared = is_meant_for_others(service, variable) or _may_be_left_over(service, variable.name, context)
    yield Finding(
        variable.span,
        f"this container will see no GPU: `{variable.name}` cannot ask for one"
        + ("" if variable.name.startswith("CUDA") else " without the runtime `nvidia`"),
        "Request the GPU under `deploy.resources.reservations.devices`.",
        None
        if wanted is None
        else Fix(
            f"request {wanted} and remove the variable",
            lambda: in_service(
                service,
                lambda step: add_request(step, wanted),
                lambda step: remove_variable(step, variable.name),
            ),
            safe=not shared,
        ),
        severity=Severity.WARNING if shared else None,
    )


def _may_be_left_over(service: Service, name: str, context: Context) -> bool:
    """Whether the author knows how to ask for GPUs, and this service may do without one."""
    if not name.startswith("CUDA") or not any(True for _ in asking_services(context.allocation)):
        return False
    image = service.image
    return image is None or image_facts(image.string).gpu not in (GpuKind.REQUIRED, GpuKind.USEFUL)
