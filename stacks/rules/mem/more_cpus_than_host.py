from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Path, Scalar
from stacks.compose.schema_casts import to_number
from stacks.gpu_use import host_label
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import ENGINE, rule

_CPU = lazy_pattern(r"\d{1,5}")
_PLACES: tuple[Path, ...] = (("cpus",), ("deploy", "resources", "limits", "cpus"))


@rule(
    "MEM111",
    title="A service may use more CPUs than the host has",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Service,
    needs=(ENGINE,),
    keys=("cpus", "cpuset", "deploy"),
    url="https://docs.docker.com/engine/containers/resource_constraints/#cpu",
)
def more_cpus_than_host(service: Service, context: Context) -> Iterator[Finding]:
    """A memory limit may be above what the host has; a limit of CPUs may not. The engine refuses to create the
    container: `range of CPUs is from 0.01 to 16.00, as there are only 16 CPUs available` (seen with Engine 28). The
    same goes for the numbers of `cpuset`, which begin with 0.

    ```yaml bad
    # host: small
    services:
      train:
        image: python:3.12
        cpus: 64
    ```
    ```yaml good
    # host: small
    services:
      train:
        image: python:3.12
        cpus: 2
    ```
    """
    host = context.snapshot()
    there = host.engine.cpus if host.engine is not None else None
    yield from _cpuset(service, there, host_label(host))
    for place in _PLACES:
        node = service.scalar(*place)
        number = _number(node) if node is not None else None
        if node is None or number is None or not there or number <= there:
            continue
        path = (*service.path, *place)
        edits = partial(editing.set_value, service.document, path, str(there) if isinstance(node.value, str) else there)
        yield Finding(
            node.span,
            f"the engine will refuse this container: it may use {number:g} CPUs, and {host_label(host)} has {there}",
            f"Set at most {there}.",
            fix_at(service.document, path, f"write {there}", edits, safe=False) if node.interpolated is None else None,
        )


def _cpuset(service: Service, there: int | None, label: str) -> Iterator[Finding]:
    """The engine looks whether each CPU of a list such as `0-3,8` is there."""
    node = service.scalar("cpuset")
    last = max((int(number) for number in _CPU.findall(node.string)), default=0) if node is not None else 0
    if node is not None and there and last >= there:
        message = f"the engine will refuse this container: {label} has no CPU {last}, only 0 to {there - 1}"
        yield Finding(node.span, message, "Name CPUs that the host has.")


def _number(node: Scalar) -> float | None:
    if isinstance(node.value, bool) or node.value is None:
        return None
    return to_number(node.string) if isinstance(node.value, str) else float(node.value)
