from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.sizes import format_bytes
from stacks.memory import memory_limit, memory_reservations
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "MEM102",
    title="A memory reservation is above the limit",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy", "mem_limit", "mem_reservation"),
    url="https://github.com/moby/moby/blob/master/daemon/daemon_unix.go",
)
def memory_reservation_above_limit(service: Service, context: Context) -> Iterator[Finding]:
    """A reservation is the memory that a container keeps when the host runs short; it cannot be more than the
    container may have at all. Docker Compose passes both on, and the engine refuses to create the container: `Minimum
    memory limit can not be less than memory reservation limit`.

    Raise the limit or lower the reservation.

    ```yaml bad
    services:
      train:
        image: python:3.12
        mem_limit: 8g
        mem_reservation: 16g
    ```
    ```yaml good
    services:
      train:
        image: python:3.12
        mem_limit: 16g
        mem_reservation: 8g
    ```
    """
    limit = memory_limit(service)
    for reservation in memory_reservations(service) if limit is not None else ():
        if limit is not None and reservation.size > limit.size:
            yield Finding(
                reservation.node.span,
                f"this container will not be created: it reserves {format_bytes(reservation.size)}, "
                f"and its limit is {format_bytes(limit.size)}",
                "Raise the limit, or lower the reservation.",
                related=(Related(limit.node.span, f"the limit of {format_bytes(limit.size)}"),),
            )
