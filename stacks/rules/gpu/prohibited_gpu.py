from collections.abc import Iterator

from stacks.allocation import ClaimKind
from stacks.compose.document import Document
from stacks.compose.source import Span
from stacks.gpu_use import host_label, observes
from stacks.hosts.snapshot import ComputeMode
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU302",
    title="The GPU takes no CUDA programs",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://docs.nvidia.com/deploy/nvidia-smi/index.html",
)
def prohibited_gpu(document: Document, context: Context) -> Iterator[Finding]:
    """The compute mode of this GPU is *prohibited*: no program may open it for CUDA. The container starts and
    `nvidia-smi` shows the card, but CUDA fails with `all CUDA-capable devices are busy or unavailable`.

    Choose another GPU, or set the mode back on the host: `sudo nvidia-smi -i 0 -c DEFAULT`. Where a service takes all
    GPUs this is a warning: its programs may use the others.

    ```yaml bad
    # host: compute-modes
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["1"]
    ```
    ```yaml good
    # host: compute-modes
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
    ```
    """
    seen: set[tuple[int, Span]] = set()
    for holding in context.allocation.holdings:
        gpu = holding.gpu
        if gpu.compute_mode is not ComputeMode.PROHIBITED or observes(holding.claim.service):
            continue
        span = holding.identifier.span if holding.identifier is not None else holding.claim.span
        if (gpu.index, span) in seen:
            continue
        seen.add((gpu.index, span))
        yield Finding(
            span,
            f"CUDA in this container cannot use GPU {gpu.index}: its compute mode on "
            f"{host_label(context.snapshot())} is `prohibited`",
            f"Choose another GPU, or run `sudo nvidia-smi -i {gpu.index} -c DEFAULT` on the host.",
            severity=Severity.WARNING if holding.claim.kind is ClaimKind.ALL else None,
        )
