from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV105",
    title="CUDA_VISIBLE_DEVICES names a GPU twice",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def cuda_visible_devices_twice(service: Service, context: Context) -> Iterator[Finding]:
    """A GPU that is given twice leaves CUDA with none at all: `0,0` is refused as a whole (measured: 0 of 2 GPUs,
    error 101, invalid device).

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=0,0
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=0,1
        gpus: all
    ```
    """
    variable = service.variable("CUDA_VISIBLE_DEVICES")
    if variable is None or variable.value is None:
        return
    duplicate = read_cuda_visible_devices(variable.value).duplicate
    if duplicate is None:
        return
    once = ",".join(dict.fromkeys(part.strip() for part in variable.value.split(",")))
    repaired = variable.node.interpolated is None and read_cuda_visible_devices(once).duplicate is None
    yield Finding(
        variable.value_span,
        f"this container will see no GPU: {quote(str(duplicate))} is given twice, and CUDA then refuses the whole list",
        "Name each GPU once.",
        Fix(f"write {quote(once)}", lambda: set_variable(service, variable, once)) if repaired else None,
    )
