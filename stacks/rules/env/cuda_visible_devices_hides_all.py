from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable
from stacks.facts.cuda_visible_devices import HIDING_WORDS
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV102",
    title="CUDA_VISIBLE_DEVICES hides every GPU that was asked for",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def cuda_visible_devices_hides_all(service: Service, context: Context) -> Iterator[Finding]:
    """An empty value, a negative number, `none`, `void` and `NoDevFiles` leave no GPU visible to CUDA (measured).
    Where the service asks for GPUs at the same time, the GPUs are given to the container and no program in it finds
    them.

    The empty value and `-1` are the usual way to force a program onto the CPU, and may be meant: they are a warning.
    The words are not values of this variable but of `NVIDIA_VISIBLE_DEVICES`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          CUDA_VISIBLE_DEVICES: none
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus: all
    ```
    """
    variable = service.variable("CUDA_VISIBLE_DEVICES")
    if variable is None or variable.value is None or not asks_for_gpus(service):
        return
    first = variable.value.partition(",")[0].strip()
    word = first.lower() in HIDING_WORDS
    if not (word or first == "" or (first.startswith("-") and first[1:].isdigit())):
        return
    said = quote(variable.value) if variable.value else "empty"
    yield Finding(
        variable.value_span if variable.value_span.end > variable.value_span.start else variable.name_span,
        f"this container will see no GPU: `CUDA_VISIBLE_DEVICES` is {said}, which hides those that it asks for",
        "Remove the variable to use the GPUs, or the request to run on the CPU.",
        Fix("remove the variable", lambda: remove_variable(service, variable.name), safe=False),
        severity=None if word else Severity.WARNING,
    )
