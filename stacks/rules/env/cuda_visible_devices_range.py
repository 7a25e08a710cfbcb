from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_identifiers import split_identifiers
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV106",
    title="CUDA_VISIBLE_DEVICES is a range or uses another separator than the comma",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def cuda_visible_devices_range(service: Service, context: Context) -> Iterator[Finding]:
    """CUDA reads the number with which an entry begins and drops the rest without a word: `0-3` and `0;1` are both
    GPU 0 alone (measured). Every GPU has to be named, with commas between: `0,1,2,3`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=0-3
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=0,1,2,3
        gpus: all
    ```
    """
    variable = service.variable("CUDA_VISIBLE_DEVICES")
    value = variable.value if variable is not None else None
    if variable is None or value is None:
        return
    read = read_cuda_visible_devices(value)
    if read.partly_read is None:
        return
    meant = ",".join(name for part in value.split(",") for name in split_identifiers(part.strip()) or (part.strip(),))
    whole = read_cuda_visible_devices(meant)
    certain = whole.cut_at is None and whole.partly_read is None and whole.duplicate is None
    seen = ", ".join(str(device) for device in read.devices)
    yield Finding(
        variable.value_span,
        f"CUDA will see only GPU {seen}: it reads {quote(read.partly_read)} as `{read.devices[-1]}` and drops the rest",
        "Name each GPU, with commas between: `0,1`.",
        Fix(f"write {quote(meant)}", lambda: set_variable(service, variable, meant))
        if certain and variable.node.interpolated is None
        else None,
    )
