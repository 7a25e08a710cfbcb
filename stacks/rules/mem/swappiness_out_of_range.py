from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.limits import whole_number
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_LEAST, _MOST = -1, 100  # -1 leaves the kernel's own value


@rule(
    "MEM107",
    title="The swappiness is out of its range",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("mem_swappiness",),
    url="https://github.com/moby/moby/blob/master/daemon/daemon_unix.go",
)
def swappiness_out_of_range(service: Service, context: Context) -> Iterator[Finding]:
    """`mem_swappiness` is a percentage from 0 (swap as little as possible) to 100. The engine refuses to create a
    container with another: `valid memory swappiness range is 0-100`.

    ```yaml bad
    services:
      train:
        image: python:3.12
        mem_swappiness: 200
    ```
    ```yaml good
    services:
      train:
        image: python:3.12
        mem_swappiness: 0
    ```
    """
    node = service.scalar("mem_swappiness")
    number = whole_number(node)
    if node is not None and number is not None and not _LEAST <= number <= _MOST:
        yield Finding(
            node.span,
            f"the engine will refuse to create this container: `mem_swappiness` is {number}, and 0 to 100 is its range",
            "Write a number from 0 to 100.",
        )
