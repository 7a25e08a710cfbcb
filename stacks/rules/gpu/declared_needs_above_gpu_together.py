from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.sizes import format_bytes
from stacks.gpu_memory import DeclaredNeed, declared_need
from stacks.gpu_use import Hold, overlapping
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU311",
    title="Services on one GPU need more memory together than it has",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Document,
    needs=(GPUS,),
    url="https://docs.docker.com/reference/compose-file/extension/",
)
def declared_needs_above_gpu_together(document: Document, context: Context) -> Iterator[Finding]:
    """Services that share a GPU share its memory. What these say that they need (`x-gpu-compose: {vram: 16gb}`) adds up
    to more than the GPU of the chosen host has: when all of them work, one stops with `CUDA out of memory`.

    Put one of them on another GPU.

    ```yaml bad
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        x-gpu-compose: {vram: 16gb}
        gpus: [{device_ids: ["0"]}]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        x-gpu-compose: {vram: 12gb}
        gpus: [{device_ids: ["0"]}]
    ```
    ```yaml good
    # host: mixed
    services:
      chat:
        image: ollama/ollama:0.13.5
        x-gpu-compose: {vram: 16gb}
        gpus: [{device_ids: ["0"]}]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        x-gpu-compose: {vram: 12gb}
        gpus: [{device_ids: ["1"]}]
    ```
    """
    needs: dict[str, DeclaredNeed] = {}
    for service in document.services:
        need = declared_need(service)
        if need is not None and need.size is not None:
            needs[service.name] = need
    groups: dict[tuple[int, int | None], tuple[int, list[Hold]]] = {}
    for holding in context.allocation.holdings if len(needs) > 1 else ():
        instance = holding.mig_instance
        total = holding.gpu.memory_total if instance is None else instance.memory_total
        if holding.claim.service.name in needs and total is not None:
            key = (holding.gpu.index, None if instance is None else instance.index)
            groups.setdefault(key, (total, []))[1].append(Hold(holding.claim, holding.claim.span, "gpu"))
    reported: set[str] = set()
    for (index, _), (total, holds) in groups.items():
        for hold, others in overlapping(holds, same_way=True):
            name = hold.claim.service.name
            sizes = [needs[each.claim.service.name].size or 0 for each in (hold, *others)]
            if sum(sizes) <= total or max(sizes) > total or name in reported:
                continue
            reported.add(name)
            names = ", ".join(f"`{other.claim.service.name}`" for other in others)
            yield Finding(
                needs[name].node.span,
                f"GPU {index} will run out of memory: this container and {names} need "
                f"{format_bytes(sum(sizes))} together, and it has {format_bytes(total)}",
                "Put one of them on another GPU.",
                related=tuple(
                    Related(needs[other.claim.service.name].node.span, f"`{other.claim.service.name}` needs this")
                    for other in others
                ),
            )
