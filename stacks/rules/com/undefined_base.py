from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.references import extended
from stacks.compose.schema_suggestions import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_LONGEST = 100  # services of one circle


@rule(
    "COM037",
    title="A service extends one that is not defined",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/extends.go",
)
def undefined_base(service: Service, context: Context) -> Iterator[Finding]:
    """`extends` takes over another service of the same file, or of the one that `file:` names. Docker Compose
    refuses the file where there is none of that name, and where services extend each other in a circle.

    Correct the name, or the circle.

    ```yaml bad
    services:
      train:
        extends: base
    ```
    ```yaml good
    services:
      base:
        image: pytorch/pytorch
      train:
        extends: base
    ```
    """
    for fault in service.document.faults:
        if fault.kind == "base" and fault.service == service.name:
            yield Finding(fault.span, fault.message, fault.hint, related=fault.related)
    base = extended(service)
    if service.document.is_project or base is None or base.file is not None or len(service.document.parsed.roots) > 1:
        return
    names = service.document.section("services")
    if base.name not in names:
        near, _ = closest(base.name, tuple(names))
        hint = f"Did you mean `{near}`?" if near else "Define it, or name the file that has it."
        message = f"Docker Compose will refuse this file: there is no service `{base.name}` to extend"
        yield Finding(base.span, message, hint)
    elif _ends_in_itself(service):
        message = f"Docker Compose will refuse this file: service `{service.name}` extends itself in the end"
        yield Finding(base.span, message, "Take one `extends` out of the circle.")


def _ends_in_itself(service: Service) -> bool:
    seen = {service.name}
    current: Service | None = service
    while current is not None and len(seen) < _LONGEST:
        base = extended(current)
        if base is None or base.file is not None:
            return False
        if base.name in seen:
            return base.name == service.name
        seen.add(base.name)
        current = service.document.service(base.name)
    return False
