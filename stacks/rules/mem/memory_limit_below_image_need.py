from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.sizes import format_bytes, parse_bytes
from stacks.facts.images import image_facts
from stacks.facts.memory import engine_minimum
from stacks.memory import memory_limits
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "MEM104",
    title="The memory limit is too small for what the image loads",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("deploy", "mem_limit", "mem_reservation"),
    url="https://docs.docker.com/engine/containers/resource_constraints/",
)
def memory_limit_below_image_need(service: Service, context: Context) -> Iterator[Finding]:
    """The limit is on RAM, not on GPU memory, and model weights go through RAM on their way to the GPU. A framework
    with CUDA takes one or two GiB before it has read any weights. Under a tight limit the process is killed while it
    loads, with exit code 137 and no message of its own.

    Leave the limit out, or set it to what the model's files take, and some GiB more.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 512m
        mem_limit: 1g
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        mem_limit: 32g
        gpus:
          - count: 1
    ```
    """
    known = image_facts(service.image.string).known if service.image is not None else None
    if known is None or known.memory is None:
        return
    limits = memory_limits(service)
    need = parse_bytes(known.memory) if limits else None
    for limit in limits:
        if isinstance(need, int) and engine_minimum() <= limit.size < need:
            yield Finding(
                limit.node.span,
                f"this container may be killed while it loads: {known.title} takes about {format_bytes(need)} of RAM "
                f"before any weights, and the limit is {format_bytes(limit.size)}",
                "Raise the limit: it is on RAM, not on the memory of the GPU.",
            )
