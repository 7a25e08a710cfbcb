from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.references import ServiceReference, is_enabled, is_self_contained, own_references
from stacks.compose.schema_suggestions import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM036",
    title="A service needs one that is not defined",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("depends_on", "ipc", "links", "network_mode", "pid", "uts", "volumes_from"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def undefined_service(service: Service, context: Context) -> Iterator[Finding]:
    """`depends_on`, `links`, `volumes_from` and `network_mode`, `ipc`, `pid` or `uts: service:…` name services of
    the same file that have to start first. Docker Compose refuses the file where there is none of that name, and
    where it is off because it has a profile that was not asked for (unless the dependency says `required:
    false`).

    Correct the name, define the service, or give both services the same profiles.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        depends_on: [postgres]
      postgress:
        image: postgres
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        depends_on: [postgres]
      postgres:
        image: postgres
    ```
    """
    if not is_self_contained(service.document):
        return
    for reference in own_references(service):
        finding = _finding(reference, service)
        if finding is not None:
            severity = None if is_enabled(service) else Severity.WARNING
            yield Finding(reference.span, finding[0], finding[1], severity=severity)


def _finding(reference: ServiceReference, service: Service) -> tuple[str, str] | None:
    names = service.document.section("services")
    target = service.document.service(reference.name)
    if reference.name not in names:
        near, _ = closest(reference.name, tuple(names))
        hint = f"Did you mean `{near}`?" if near else "Define it, or correct the name."
        return f"Docker Compose will refuse this file: there is no service `{reference.name}`", hint
    if target is not None and reference.required and not is_enabled(target):
        alone = [name for name in service.profiles if name not in target.profiles]
        if service.profiles and not alone:
            return None  # whatever turns the one on turns on the other
        where = "" if is_enabled(service) else f" with the profile `{alone[0]}`"
        needed = " or ".join(f"`{name}`" for name in target.profiles if name)
        off = f"service `{reference.name}` is off without its profile {needed}"
        hint = "Give both the same profiles, or write `required: false`."
        return f"Docker Compose will refuse this file{where}: {off}", hint
    return None
