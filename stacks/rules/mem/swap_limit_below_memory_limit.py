from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.sizes import format_bytes
from stacks.memory import memory_limit, memory_size
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule

_SWAP = "memswap_limit"


@rule(
    "MEM106",
    title="The limit of memory and swap does not go with the memory limit",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("memswap_limit",),
    url="https://github.com/moby/moby/blob/master/daemon/daemon_unix.go",
)
def swap_limit_below_memory_limit(service: Service, context: Context) -> Iterator[Finding]:
    """`memswap_limit` bounds memory **and** swap together, so it is at least the memory limit: equal to it means no
    swap. The engine refuses to create a container with less, `Minimum memoryswap limit should be larger than memory
    limit`, and one with `memswap_limit` alone, `You should always set the Memory limit when using Memoryswap limit`.

    Write the memory limit plus the swap that is allowed, or -1 for any.

    ```yaml bad
    services:
      train:
        image: python:3.12
        mem_limit: 32g
        memswap_limit: 8g
    ```
    ```yaml good
    services:
      train:
        image: python:3.12
        mem_limit: 32g
        memswap_limit: 40g
    ```
    """
    if _SWAP not in service.node.effective:
        return
    swap, limit = memory_size(service, (_SWAP,)), memory_limit(service)
    if swap is None or swap.size <= 0:
        return
    if limit is None:
        yield Finding(
            swap.node.span,
            "the engine will refuse to create this container: it has a limit of memory and swap, and none of memory",
            "Set `mem_limit` too, or remove `memswap_limit`.",
        )
    elif swap.size < limit.size:
        yield Finding(
            swap.node.span,
            f"the engine will refuse to create this container: memory and swap together may take "
            f"{format_bytes(swap.size)}, and memory alone {format_bytes(limit.size)}",
            f"Write at least `{format_bytes(limit.size).replace(' ', '').replace('iB', 'b').lower()}`: the memory "
            "limit plus the swap that is allowed.",
            related=(Related(limit.node.span, "the memory limit"),),
        )
