from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.gpu_memory import declared_need
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "GPU312",
    title="The stated need of GPU memory is no size",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("x-gpu-compose",),
    url="https://docs.docker.com/reference/compose-file/extension/",
)
def malformed_declared_need(service: Service, context: Context) -> Iterator[Finding]:
    """`vram` under `x-gpu-compose` says how much memory a service needs on each of its GPUs, in the way in which Docker
    Compose writes sizes: `16gb`, `512mb`. What is no size cannot be compared with the GPUs of a host, and a number
    without a unit counts bytes.

    ```yaml bad
    services:
      chat:
        image: ollama/ollama:0.13.5
        x-gpu-compose: {vram: lots}
        gpus: all
    ```
    ```yaml good
    services:
      chat:
        image: ollama/ollama:0.13.5
        x-gpu-compose: {vram: 16gb}
        gpus: all
    ```
    """
    need = declared_need(service)
    if need is None or (need.size is not None and need.size >= 1024**2):
        return
    what = "counts bytes" if need.size is not None else "is no size"
    yield Finding(
        need.node.span,
        f"the need of GPU memory will not be checked: {quote(need.node.string)} {what}",
        "Write a number with a unit, such as `16gb`.",
    )
