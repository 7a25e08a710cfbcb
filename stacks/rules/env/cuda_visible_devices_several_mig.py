from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV110",
    title="CUDA_VISIBLE_DEVICES names several MIG instances",
    layer=Layer.GPU,
    severity=Severity.INFO,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/tesla/mig-user-guide/",
)
def cuda_visible_devices_several_mig(service: Service, context: Context) -> Iterator[Finding]:
    """A CUDA process uses one MIG instance: of several that `CUDA_VISIBLE_DEVICES` names, it takes the first. Two
    processes of one container can each have their own by a value of their own.

    Name one instance, or start one service for each.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        environment:
          CUDA_VISIBLE_DEVICES: MIG-11111111-aaaa-4bbb-8ccc-000000000000,MIG-22222222-aaaa-4bbb-8ccc-000000000000
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        environment:
          CUDA_VISIBLE_DEVICES: MIG-11111111-aaaa-4bbb-8ccc-000000000000
        gpus: all
    ```
    """
    variable = service.variable("CUDA_VISIBLE_DEVICES")
    if variable is None or not variable.value:
        return
    read = read_cuda_visible_devices(variable.value)
    instances = [each for each in read.devices if isinstance(each, str) and each.startswith("mig-")]
    if len(instances) > 1 and read.duplicate is None:
        yield Finding(
            variable.value_span,
            f"a CUDA program in this container will use one MIG instance: {len(instances)} are named",
            "Name one instance, or start one service for each.",
        )
