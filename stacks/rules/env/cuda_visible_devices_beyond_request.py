from collections.abc import Iterator

from stacks.allocation import ClaimKind, effective_claims
from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable
from stacks.facts.cuda_visible_devices import read_cuda_visible_devices
from stacks.gpu_use import sees_all_gpus
from stacks.gpu_variables import first_missing
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "ENV108",
    title="CUDA_VISIBLE_DEVICES names a GPU that the container will not have",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://github.com/NVIDIA/nvidia-container-toolkit/issues/73",
)
def cuda_visible_devices_beyond_request(service: Service, context: Context) -> Iterator[Finding]:
    """Inside a container the GPUs are numbered anew from 0. A container that was given GPU 1 of the host alone has it
    as number 0, and `CUDA_VISIBLE_DEVICES=1` hides it. The list ends at the first number that the container does not
    have, so GPUs named after it are lost as well.

    The request has chosen already; the variable is not needed. (A privileged container has all GPUs of the host,
    whatever it asks for, and is left out.)

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=1
        gpus:
          - device_ids: ["1"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - device_ids: ["1"]
    ```
    """
    variable = service.variable("CUDA_VISIBLE_DEVICES")
    if variable is None or variable.value is None or sees_all_gpus(service):
        return
    claims = effective_claims(service)
    if len(claims) != 1:
        return
    read = read_cuda_visible_devices(variable.value)
    missing = first_missing(claims[0], read.devices, context.host)
    if missing is None or read.duplicate is not None:
        return
    position, count = missing
    seen = "no GPU" if position == 0 else f"only {position} GPU{'s' if position > 1 else ''}"
    have = (
        f"the request gives {count} GPU{'' if count == 1 else 's'}"
        if count is not None
        else "the container gets no such GPU"
    )
    renumbered = ", numbered from 0 inside the container" if count is not None else ""
    yield Finding(
        variable.value_span,
        f"this container will see {seen}: `CUDA_VISIBLE_DEVICES` names {quote(str(read.devices[position]))}, but {have}"
        + renumbered,
        "Remove the variable: the request has chosen the GPUs already.",
        Fix(
            "remove the variable",
            lambda: remove_variable(service, variable.name),
            safe=claims[0].kind is ClaimKind.IDENTIFIERS,
        ),
        (Related(claims[0].span, "the GPUs are asked for here"),),
    )
