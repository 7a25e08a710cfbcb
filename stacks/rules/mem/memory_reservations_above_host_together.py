from collections.abc import Iterator

from stacks.compose.document import Document, Service
from stacks.compose.sizes import format_bytes
from stacks.gpu_use import host_label
from stacks.memory import MemorySize, host_memory, memory_reservations
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import HOST, rule


@rule(
    "MEM108",
    title="The memory reservations together are more than the host has",
    layer=Layer.HOST,
    severity=Severity.INFO,
    on=Document,
    needs=(HOST,),
    url="https://docs.docker.com/engine/containers/resource_constraints/",
)
def memory_reservations_above_host_together(document: Document, context: Context) -> Iterator[Finding]:
    """A reservation is what a service is promised when memory is short. Docker Compose keeps nothing free for it, and
    the engine cannot keep promises of more than there is: here they add up to more RAM than the host has.

    Lower some reservations, or run fewer services on this host. Services of profiles are not counted.

    ```yaml bad
    # host: small
    services:
      train:
        image: python:3.12
        mem_reservation: 12g
      prepare:
        image: python:3.12
        mem_reservation: 8g
    ```
    ```yaml good
    # host: small
    services:
      train:
        image: python:3.12
        mem_reservation: 10g
      prepare:
        image: python:3.12
        mem_reservation: 4g
    ```
    """
    total = host_memory(context.host)
    if total is None:
        return
    held = 0
    before: list[tuple[Service, MemorySize]] = []
    for service in document.services:
        found = memory_reservations(service) if not service.profiles else ()
        if not found:
            continue
        earlier, held = held, held + found[0].size * service.replicas
        if held > total >= earlier:
            yield Finding(
                found[0].node.span,
                f"with this service the memory reservations add up to {format_bytes(held)}, and "
                f"{host_label(context.snapshot())} has {format_bytes(total)} of RAM",
                "Lower some reservations, or run fewer services on this host.",
                related=tuple(
                    Related(size.node.span, f"{format_bytes(size.size)} of `{other.name}`")
                    for other, size in before[-3:]
                ),
            )
        before.append((service, found[0]))
