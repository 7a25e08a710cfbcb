from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.gpu_nodes import gpu_nodes
from stacks.compose.gpu_requests import GpuSelection, add_request, asks_for_gpus, in_service
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV101",
    title="CUDA_VISIBLE_DEVICES is set to all",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables",
)
def cuda_visible_devices_all(service: Service, context: Context) -> Iterator[Finding]:
    """`all` is no value of `CUDA_VISIBLE_DEVICES`. CUDA reads a list of indices or UUIDs, stops at the first entry
    that is none, and so sees **no GPU**: `No CUDA GPUs are available`. (Measured: 0 of 2 GPUs, error 100.) And the
    variable cannot give a container GPUs: it only hides some of those that the container was given.

    All GPUs is what a program sees without the variable. The container gets them by a request with `count: all`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=all
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
    value = variable.value if variable is not None else None
    if variable is None or value is None or value.partition(",")[0].strip().strip("'\"").lower() != "all":
        return
    asks = asks_for_gpus(service)
    named_elsewhere = service.variable("NVIDIA_VISIBLE_DEVICES") is not None or bool(
        gpu_nodes(service.sequence("volumes")) or gpu_nodes(service.sequence("devices"))
    )
    request = not asks and not named_elsewhere
    yield Finding(
        variable.value_span,
        f"this container will see no GPU: CUDA has no device {quote(value)}"
        + ("" if asks else ", and the variable does not ask for GPUs"),
        "Remove the variable." if asks else "Remove the variable and request GPUs with `count: all`.",
        Fix(
            "remove the variable" + (" and request all GPUs" if request else ""),
            lambda: in_service(
                service,
                lambda step: add_request(step, GpuSelection()) if request else (),
                lambda step: remove_variable(step, variable.name),
            ),
        ),
    )
