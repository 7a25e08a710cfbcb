from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_NAMES = ("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF")
_SETTING = r"[a-z_0-9]+:(?:\[[^\]]*\]|[^,:=\[\]\s]+)"
_SETTINGS = lazy_pattern(rf"\s*{_SETTING}(?:\s*,\s*{_SETTING})*\s*,?\s*")


@rule(
    "ENV307",
    title="PyTorch cannot read the settings of its allocator",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.pytorch.org/docs/stable/notes/cuda.html#optimizing-memory-usage-with-pytorch-cuda-alloc-conf",
)
def malformed_allocator_settings(service: Service, context: Context) -> Iterator[Finding]:
    """`PYTORCH_CUDA_ALLOC_CONF` is a list by commas of settings, each a name, a colon and a value:
    `expandable_segments:True,max_split_size_mb:512`. With an equals sign or without a value PyTorch stops at its first
    use of the GPU. (The settings help against fragmented memory; they do not make more of it.)

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        environment:
          PYTORCH_CUDA_ALLOC_CONF: max_split_size_mb=512
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        environment:
          PYTORCH_CUDA_ALLOC_CONF: max_split_size_mb:512
        gpus: all
    ```
    """
    for name in _NAMES:
        variable = service.variable(name)
        if variable is None or not variable.value or _SETTINGS.fullmatch(variable.value):
            continue
        if variable.in_list and variable.value[0] in "'\"":
            continue  # the quotes are the fault, and another rule's
        meant = variable.value.replace("=", ":")
        certain = variable.node.interpolated is None and _SETTINGS.fullmatch(meant) is not None
        yield Finding(
            variable.value_span,
            f"PyTorch will stop at its first use of the GPU: it cannot read {quote(variable.value)}",
            "Write settings as `name:value`, with commas between.",
            Fix(f"write {quote(meant)}", partial(set_variable, service, variable, meant)) if certain else None,
        )
