from collections.abc import Iterator

from stacks.allocation import Holding
from stacks.compose.document import Document
from stacks.gpu_use import Hold, observes, overlapping
from stacks.hosts.snapshot import ComputeMode
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule

_EXCLUSIVE = (ComputeMode.EXCLUSIVE_PROCESS, ComputeMode.EXCLUSIVE_THREAD)


@rule(
    "GPU303",
    title="A GPU in exclusive mode is given to several services",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://docs.nvidia.com/deploy/nvidia-smi/index.html",
)
def exclusive_gpu_shared(document: Document, context: Context) -> Iterator[Finding]:
    """The compute mode of this GPU is *exclusive process*: one process may use CUDA on it at a time. The service that
    comes first has it; CUDA in the other one fails with `all CUDA-capable devices are busy or unavailable`.

    Give each service a GPU of its own, or set the mode back on the host: `sudo nvidia-smi -i 0 -c DEFAULT`.

    ```yaml bad
    # host: compute-modes
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["0"]
    ```
    ```yaml good
    # host: compute-modes
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["2"]
    ```
    """
    groups: dict[int, list[Hold]] = {}
    for holding in context.allocation.holdings:
        if holding.gpu.compute_mode in _EXCLUSIVE and not observes(holding.claim.service):
            groups.setdefault(holding.gpu.index, []).append(_hold(holding))
    for index, holds in groups.items():
        for hold, others in overlapping(holds, same_way=True):
            names = ", ".join(dict.fromkeys(f"`{other.claim.service.name}`" for other in others))
            yield Finding(
                hold.span,
                f"CUDA will start in one of this container and {names} only: GPU {index} is in compute mode "
                f"`{_mode(context, index)}`",
                f"Give each service a GPU of its own, or run `sudo nvidia-smi -i {index} -c DEFAULT` on the host.",
                related=tuple(Related(other.span, f"`{other.claim.service.name}` has it too") for other in others),
            )


def _hold(holding: Holding) -> Hold:
    span = holding.identifier.span if holding.identifier is not None else holding.claim.span
    return Hold(holding.claim, span, "exclusive")


def _mode(context: Context, index: int) -> str:
    gpu = context.snapshot().gpu_by_index(index)
    return str(gpu.compute_mode) if gpu is not None else ""
