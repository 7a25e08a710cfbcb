from collections.abc import Iterator

from stacks.compose.document import Document, Service
from stacks.compose.sizes import format_bytes
from stacks.gpu_use import host_label
from stacks.memory import MemorySize, host_memory, memory_limit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import HOST, rule


@rule(
    "MEM105",
    title="The memory limits together are more than the host has",
    layer=Layer.HOST,
    severity=Severity.INFO,
    on=Document,
    needs=(HOST,),
    url="https://docs.docker.com/engine/containers/resource_constraints/",
)
def memory_limits_above_host_together(document: Document, context: Context) -> Iterator[Finding]:
    """Limits are ceilings, not reservations, so they may add up to more than there is. But when all services come near
    theirs at the same time, the kernel kills one of them, and which one is not foreseeable.

    Lower some limits where the services work at the same time. Services of profiles are not counted.

    ```yaml bad
    # host: small
    services:
      train:
        image: python:3.12
        mem_limit: 12g
      prepare:
        image: python:3.12
        mem_limit: 8g
    ```
    ```yaml good
    # host: small
    services:
      train:
        image: python:3.12
        mem_limit: 10g
      prepare:
        image: python:3.12
        mem_limit: 4g
    ```
    """
    total = host_memory(context.host)
    if total is None:
        return
    held = 0
    before: list[tuple[Service, MemorySize]] = []
    for service in document.services:
        limit = memory_limit(service) if not service.profiles else None
        if limit is None or limit.size > total:
            continue
        held += limit.size * service.replicas
        if held > total and held - limit.size * service.replicas <= total:
            yield Finding(
                limit.node.span,
                f"with this service the memory limits add up to {format_bytes(held)}, and "
                f"{host_label(context.snapshot())} has {format_bytes(total)} of RAM",
                "Lower some limits where the services work at the same time.",
                related=tuple(
                    Related(size.node.span, f"{format_bytes(size.size)} of `{other.name}`")
                    for other, size in before[-3:]
                ),
            )
        before.append((service, limit))
