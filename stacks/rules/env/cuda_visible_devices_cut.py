from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV107",
    title="CUDA_VISIBLE_DEVICES is cut at an entry that is no GPU",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def cuda_visible_devices_cut(service: Service, context: Context) -> Iterator[Finding]:
    """The list ends at the first entry that is no GPU, without a word: `0,all` and `0,-1,1` are both GPU 0 alone
    (measured).

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=0,-1,1
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
    read = read_cuda_visible_devices(variable.value)
    parts = [part.strip() for part in variable.value.split(",")]
    if not read.devices or read.cut_at is None or not any(parts[len(read.devices) :]):
        return
    kept = ",".join(parts[: len(read.devices)])
    yield Finding(
        variable.value_span,
        f"CUDA will see only {quote(kept)}: the list ends at {quote(read.cut_at)}, which is no GPU",
        "Remove what is no index or UUID.",
        Fix(
            f"write {quote(kept)}, which is what CUDA sees now",
            lambda: set_variable(service, variable, kept),
            safe=False,
        )
        if variable.node.interpolated is None
        else None,
    )
