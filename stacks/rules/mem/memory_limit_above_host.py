from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.sizes import format_bytes
from stacks.gpu_use import host_label
from stacks.memory import host_memory, memory_limits, memory_reservations
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import HOST, rule


@rule(
    "MEM101",
    title="A memory limit is more than the host has",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Service,
    needs=(HOST,),
    keys=("deploy", "mem_limit", "mem_reservation"),
    url="https://docs.docker.com/engine/containers/resource_constraints/",
)
def memory_limit_above_host(service: Service, context: Context) -> Iterator[Finding]:
    """The engine accepts a memory limit above the RAM of the host, and the limit then never takes effect: a container
    that uses more memory than there is makes the kernel kill some process of the host, not necessarily its own. The
    same goes for a reservation. These limits are about RAM; none of Compose's keys limits the memory of a GPU.

    Set a limit that leaves some RAM for the host and the other services.

    ```yaml bad
    # host: small
    services:
      train:
        image: python:3.12
        mem_limit: 64g
    ```
    ```yaml good
    # host: small
    services:
      train:
        image: python:3.12
        mem_limit: 12g
    ```
    """
    total = host_memory(context.host)
    if total is None:
        return
    for what, sizes in (("limit", memory_limits(service)), ("reservation", memory_reservations(service))):
        for size in sizes:
            if size.size > total:
                yield Finding(
                    size.node.span,
                    f"this {what} of {format_bytes(size.size)} will never take effect: "
                    f"{host_label(context.snapshot())} has {format_bytes(total)} of RAM",
                    "Set less than the host has, and leave some for the others.",
                )
