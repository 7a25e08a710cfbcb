from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.sizes import format_bytes
from stacks.facts.memory import engine_minimum
from stacks.memory import MemorySize, memory_limits, memory_reservations
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "MEM103",
    title="A memory limit is below the least that the engine takes",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("deploy", "mem_limit", "mem_reservation"),
    url="https://github.com/moby/moby/blob/master/daemon/daemon_unix.go",
)
def memory_below_engine_minimum(service: Service, context: Context) -> Iterator[Finding]:
    """A size without a unit counts bytes: `mem_limit: 16` is sixteen bytes. Docker Compose accepts that, and the engine
    refuses to create the container: `Minimum memory limit allowed is 6MB`.

    Write the unit: `16g` and `16gb` both mean 16 GiB.

    ```yaml bad
    services:
      train:
        image: python:3.12
        mem_limit: 16
    ```
    ```yaml good
    services:
      train:
        image: python:3.12
        mem_limit: 16g
    ```
    """
    for size in (*memory_limits(service), *memory_reservations(service)):
        if size.size < engine_minimum():
            asked = f"{size.size} bytes" if size.is_bare else format_bytes(size.size)
            yield Finding(
                size.node.span,
                f"this container will not be created: {asked} is less than the {format_bytes(engine_minimum())} "
                "that the engine asks for at least",
                "Write a unit, such as `g` for GiB." if size.is_bare else "Raise it.",
                _fix(service, size),
            )


def _fix(service: Service, size: MemorySize) -> Fix | None:
    if not size.is_bare or size.node.interpolated is not None or size.size > 65536:
        return None
    text = f"{size.node.string}{'g' if size.size < 1024 else 'm'}"
    edits = partial(editing.set_value, service.document, service.document.path_at(size.node.start), text, in_place=True)
    return Fix(f"write `{text}`", edits, safe=False)
