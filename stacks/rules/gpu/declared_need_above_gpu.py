from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.sizes import format_bytes
from stacks.gpu_memory import declared_need, parts_by_service
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import GPUS, rule


@rule(
    "GPU310",
    title="The GPU has less memory than the service says that it needs",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(GPUS,),
    url="https://docs.docker.com/reference/compose-file/extension/",
)
def declared_need_above_gpu(document: Document, context: Context) -> Iterator[Finding]:
    """A service can say how much memory it needs on each of its GPUs: `x-gpu-compose: {vram: 16gb}`. Docker Compose
    passes over keys that begin with `x-`. Here a GPU or a MIG instance of the chosen host has less, so the program will
    stop with `CUDA out of memory`.

    Give the service a larger GPU or instance, or correct what it says.

    ```yaml bad
    # host: mig
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        x-gpu-compose: {vram: 60gb}
        gpus: [{device_ids: ["0:1"]}]
    ```
    ```yaml good
    # host: mig
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        x-gpu-compose: {vram: 60gb}
        gpus: [{device_ids: ["1"]}]
    ```
    """
    needs = [(service, need) for service in document.services if (need := declared_need(service)) is not None]
    parts = parts_by_service(context.allocation) if needs else {}
    for service, need in needs:
        for part in parts.get(service.name, ()):
            if need.size is not None and part.total is not None and part.total < need.size:
                yield Finding(
                    part.span,
                    f"this container will run out of GPU memory: it needs {format_bytes(need.size)}, and {part.name} "
                    f"has {format_bytes(part.total)}",
                    "Give it a larger GPU or MIG instance, or correct `vram`.",
                    related=(Related(need.node.span, "the need is stated here"),),
                )
                break
