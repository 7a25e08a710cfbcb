from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.images import image_facts
from stacks.memory import SHM, has_shared_memory
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "MEM201",
    title="The image needs more shared memory than Docker's default",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    url="https://github.com/vllm-project/vllm/issues/1710",
)
def missing_shm_size(service: Service, context: Context) -> Iterator[Finding]:
    """Docker gives a container 64 MiB of shared memory (`/dev/shm`). PyTorch's data loaders pass batches through it,
    NCCL passes tensors between GPUs through it, and vLLM, SGLang and Triton talk to their workers through it. When it
    is full the work stops with `bus error`, `insufficient shared memory (shm)` or `ncclSystemError`, often hours
    after the start.

    Set `shm_size`: it costs nothing until it is used. `ipc: host` also does, and gives up the isolation.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        gpus:
          - count: 1
    ```
    """
    image = service.image
    facts = image_facts(image.string) if image is not None else None
    known = facts.known if facts is not None and not facts.is_client else None
    if image is None or known is None or known.shm is None or has_shared_memory(service):
        return
    path = (*service.path, SHM)
    yield Finding(
        image.span,
        f"{known.title} may fail under load: this container has Docker's default of 64 MiB of shared memory",
        f"Set `shm_size: {known.shm}`, or `ipc: host`.",
        Fix(
            f"set `shm_size: {known.shm}`",
            partial(editing.set_value, service.document, path, known.shm),
            safe=known.shm_is_verified,
        ),
        severity=None if known.shm_is_verified else Severity.INFO,
    )
