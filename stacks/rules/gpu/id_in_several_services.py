from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.gpu_use import Hold, identifier_way, observes, overlapping
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "GPU203",
    title="One GPU id is given to several services",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Document,
    url="https://github.com/NVIDIA/nvidia-container-toolkit/issues/521",
)
def id_in_several_services(document: Document, context: Context) -> Iterator[Finding]:
    """`reservations` reserves nothing: a GPU that one service has can be given to any number of others. They share its
    memory and its time. The first to start often takes most of the memory (vLLM takes nine tenths), and the next one
    fails with `CUDA out of memory`.

    Give each service a GPU of its own. Where sharing is meant, bound the memory of each, for example by vLLM's
    `--gpu-memory-utilization`, and silence this with `# gpu-compose: ignore[GPU203] both are small`.

    ```yaml bad
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
    services:
      chat:
        image: ollama/ollama:0.13.5
        gpus:
          - device_ids: ["0"]
      draw:
        image: yanwk/comfyui-boot:cu128-slim
        gpus:
          - device_ids: ["1"]
    ```
    """
    groups: dict[str, list[Hold]] = {}
    for claim in context.allocation.claims:
        for identifier in claim.identifiers if not observes(claim.service) else ():
            way = identifier_way(identifier)
            groups.setdefault(way, []).append(Hold(claim, identifier.span, way, identifier.text.strip()))
    for way, holds in groups.items():
        if not way:
            continue
        for hold, others in overlapping(holds, same_way=True):
            names = ", ".join(f"`{other.claim.service.name}`" for other in others)
            yield Finding(
                hold.span,
                f"this container will share GPU `{hold.text}` with {names}: a reservation keeps no GPU for one service",
                "Give each service a GPU of its own, or bound the memory that each takes.",
                related=tuple(Related(other.span, f"`{other.claim.service.name}` has it too") for other in others),
            )
