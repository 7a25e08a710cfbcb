from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "LIF107",
    title="A health check for a shell is cut into several items",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("healthcheck",),
    url="https://docs.docker.com/reference/compose-file/services/#healthcheck",
)
def shell_check_in_several_items(service: Service, context: Context) -> Iterator[Finding]:
    """After `CMD-SHELL` the shell reads one item as its command, and takes the rest for parameters. Of
    `[CMD-SHELL, curl, -f, http://…]` it runs `curl` alone, which fails for want of an address: the container is
    unhealthy for ever.

    Write the whole command as one item, or `CMD` before words.

    ```yaml bad
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        healthcheck:
          test: ["CMD-SHELL", "curl", "-f", "http://localhost:8000/health"]
          start_period: 10m
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 8gb
        healthcheck:
          test: ["CMD-SHELL", "curl -f http://localhost:8000/health"]
          start_period: 10m
    ```
    """
    test = service.sequence("healthcheck", "test")
    items = [item for item in test.items if isinstance(item, Scalar)] if test is not None else []
    if test is None or len(items) != len(test.items) or len(items) < 3 or items[0].string != "CMD-SHELL":
        return
    path = (*service.path, "healthcheck", "test")
    words = ["CMD-SHELL", " ".join(item.text for item in items[1:])]
    yield Finding(
        test.item_span(1),
        f"this check will run {quote(items[1].string)} alone: the shell takes the other items for parameters",
        "Write the whole command as one item.",
        fix_at(context.document, path, "join the items", partial(editing.set_value, context.document, path, words)),
    )
