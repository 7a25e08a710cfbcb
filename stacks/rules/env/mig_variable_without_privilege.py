from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.gpu_use import requests_gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_NAMES = ("NVIDIA_MIG_CONFIG_DEVICES", "NVIDIA_MIG_MONITOR_DEVICES")
_ADMIN = frozenset({"SYS_ADMIN", "CAP_SYS_ADMIN", "ALL", "CAP_ALL"})


@rule(
    "ENV306",
    title="A container that may not manage MIG asks to do so",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://github.com/NVIDIA/nvidia-container-toolkit",
)
def mig_variable_without_privilege(service: Service, context: Context) -> Iterator[Finding]:
    """`NVIDIA_MIG_CONFIG_DEVICES` and `NVIDIA_MIG_MONITOR_DEVICES` let a container partition GPUs, or watch all
    partitions. NVIDIA's toolkit allows that to containers with the capability `SYS_ADMIN` alone and stops at any other:
    `cannot set MIG_CONFIG_DEVICES in non privileged container`.

    Neither is needed to use a MIG instance; name it in the request. For a manager of partitions add the capability.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        environment:
          NVIDIA_MIG_CONFIG_DEVICES: all
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["0:1"]
    ```
    """
    privileged, added = service.scalar("privileged"), service.sequence("cap_add")
    if privileged is not None and privileged.string.lower() == "true":
        return
    if not requests_gpu(service) or any(each.string.upper() in _ADMIN for each in (added.scalars if added else ())):
        return
    for name in _NAMES:
        variable = service.variable(name)
        if variable is not None and variable.value:
            yield Finding(
                variable.span,
                f"this container will not start: the toolkit takes `{name}` from containers with the capability"
                " `SYS_ADMIN` only",
                "Remove the variable, or add `SYS_ADMIN` to `cap_add` where the container manages MIG.",
            )
