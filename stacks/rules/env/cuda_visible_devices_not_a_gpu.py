from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.gpu_identifiers import repaired_identifier
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable, set_variable
from stacks.facts.cuda_visible_devices import HIDING_WORDS, read_cuda_visible_devices
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV103",
    title="CUDA_VISIBLE_DEVICES begins with what is no GPU",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def cuda_visible_devices_not_a_gpu(service: Service, context: Context) -> Iterator[Finding]:
    """CUDA takes indices (`0,1`) and UUIDs (`GPU-…`, `MIG-…`), and the list ends at the first entry that is neither.
    Where that is the very first one no GPU is left: so with `true`, `gpu`, `cuda:0`, or quotes inside the value
    (measured: 0 of 2 GPUs, error 100).

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          CUDA_VISIBLE_DEVICES: "cuda:0"
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          CUDA_VISIBLE_DEVICES: "0"
        gpus: all
    ```
    """
    variable = service.variable("CUDA_VISIBLE_DEVICES")
    if variable is None or variable.value is None:
        return
    cut_at = read_cuda_visible_devices(variable.value)
    word = cut_at.cut_at
    if cut_at.devices or not word or word.startswith("-") or word.lower() in HIDING_WORDS:
        return
    if word.strip("'\"").lower() == "all" or (variable.in_list and word[0] in "'\""):
        return  # rules of their own
    yield Finding(
        variable.value_span,
        f"this container will see no GPU: for CUDA {quote(word)} is neither an index nor a UUID",
        "Write indices such as `0,1`, or remove the variable to use every GPU of the container.",
        _repair(service, variable, context),
    )


def _repair(service: Service, variable: EnvironmentVariable, context: Context) -> Fix | None:
    if variable.node.interpolated is not None:
        return None
    names = [repaired_identifier(part) or part.strip() for part in (variable.value or "").split(",")]
    value = ",".join(names)
    read = read_cuda_visible_devices(value)
    if value and read.devices and read.cut_at is None:
        return Fix(f"write {quote(value)}", lambda: set_variable(service, variable, value))
    return Fix("remove the variable", lambda: remove_variable(service, variable.name), safe=False)
