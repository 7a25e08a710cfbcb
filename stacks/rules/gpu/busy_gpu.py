from collections.abc import Iterator

from stacks.allocation import Holding
from stacks.compose.document import Document
from stacks.compose.sizes import format_bytes
from stacks.compose.source import Span
from stacks.gpu_use import is_busy, observes
from stacks.hosts.snapshot import Gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU301",
    title="Something else is using the GPU",
    layer=Layer.HOST,
    severity=Severity.INFO,
    on=Document,
    needs=(GPUS,),
    url="https://github.com/vllm-project/vllm/issues/20305",
)
def busy_gpu(document: Document, context: Context) -> Iterator[Finding]:
    """When the snapshot of the host was taken, memory of this GPU was in use. If that is not this very stack, the
    service shares the card: it finds less free memory than it may count on, and stops with `CUDA out of memory`.

    Look at `nvidia-smi` on the host, choose a GPU that is free, or stop what runs there. A snapshot is of its time:
    take a new one to know how things stand now.

    ```yaml bad
    # host: busy
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
    ```
    ```yaml good
    # host: busy
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["1"]
    ```
    """
    taken_at = context.snapshot().taken_at.removesuffix("Z").replace("T", " ")
    seen: set[tuple[int, Span]] = set()
    for holding in context.allocation.holdings:
        gpu, span = holding.gpu, _span(holding)
        if not is_busy(gpu) or (gpu.index, span) in seen or observes(holding.claim.service):
            continue
        seen.add((gpu.index, span))
        yield Finding(
            span,
            f"this container may run out of GPU memory: at {taken_at} UTC GPU {gpu.index} had "
            f"{format_bytes(gpu.memory_used or 0)} of {format_bytes(gpu.memory_total or 0)} in use{_by_whom(gpu)}",
            "Choose a GPU that is free, or stop what runs there; take a new snapshot to see how it stands now.",
        )


def _span(holding: Holding) -> Span:
    return holding.identifier.span if holding.identifier is not None else holding.claim.span


def _by_whom(gpu: Gpu) -> str:
    names = list(dict.fromkeys(f"`{each.name or each.pid}`" for each in gpu.processes or ()))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f", by {', '.join(names[:3])}{more}" if names else ""
