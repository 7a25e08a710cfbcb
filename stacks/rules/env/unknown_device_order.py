from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.environment import device_orders
from stacks.facts.spelling import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV305",
    title="CUDA_DEVICE_ORDER has a value that CUDA does not know",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def unknown_device_order(service: Service, context: Context) -> Iterator[Finding]:
    """`CUDA_DEVICE_ORDER` is `FASTEST_FIRST`, which is what CUDA does by itself, or `PCI_BUS_ID`, the order of
    `nvidia-smi` and Docker, in capitals. Another value is passed over without a word: with different GPUs in the host,
    GPU 0 of the program may then not be GPU 0 of `nvidia-smi`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        environment:
          CUDA_DEVICE_ORDER: PCI
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        environment:
          CUDA_DEVICE_ORDER: PCI_BUS_ID
        gpus: all
    ```
    """
    variable = service.variable("CUDA_DEVICE_ORDER")
    known = device_orders()
    if variable is None or not variable.value or variable.value in known:
        return
    if variable.in_list and variable.value[0] in "'\"":
        return  # the quotes are the fault, and another rule's
    meant = "PCI_BUS_ID" if "PCI" in variable.value.upper() else closest(variable.value, known)
    yield Finding(
        variable.value_span,
        f"CUDA will pass over the order {quote(variable.value)}: it knows "
        + " and ".join(f"`{each}`" for each in known),
        f"Write `{meant or 'PCI_BUS_ID'}`.",
        Fix(f"write `{meant}`", lambda: set_variable(service, variable, meant))
        if meant is not None and variable.node.interpolated is None
        else None,
    )
