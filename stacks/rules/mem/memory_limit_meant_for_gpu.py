import re
from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.memory import memory_limits, memory_reservations
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_GPU_MEMORY = lazy_pattern(r"#.*\b(vram|gpu[ -]?(memory|mem|ram)|video memory|cuda memory)\b", re.IGNORECASE)


@rule(
    "MEM109",
    title="A memory limit is meant for the GPU's memory",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("deploy", "mem_limit", "mem_reservation"),
    url="https://docs.docker.com/engine/containers/resource_constraints/",
)
def memory_limit_meant_for_gpu(service: Service, context: Context) -> Iterator[Finding]:
    """By its comment this size is meant for the memory of the GPU. But memory limits and reservations of Compose are on
    RAM, all of them; no key of Compose bounds the memory of a GPU, and the container may take all of it.

    Bound it in the program (vLLM's `--gpu-memory-utilization`), or give the service a MIG instance. What a service
    needs can be said as `x-gpu-compose: {vram: 16gb}`, which is checked against the host here.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        mem_limit: 16g  # VRAM
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        x-gpu-compose: {vram: 16gb}
        gpus: all
    ```
    """
    text = service.document.text
    for size in (*memory_limits(service), *memory_reservations(service)):
        end = text.find("\n", size.node.end)
        if _GPU_MEMORY.search(text, size.node.end, end if end >= 0 else len(text)):
            yield Finding(
                size.node.span,
                f"`{size.node.string}` will bound RAM, not the memory of the GPU: no key of Compose does that",
                "Bound it in the program, or by a MIG instance, and leave the limit to RAM.",
            )
