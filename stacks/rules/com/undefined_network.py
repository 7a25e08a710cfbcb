from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.references import is_enabled, is_self_contained
from stacks.compose.resources import can_be_declared, undefined_resources
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_OF_THE_ENGINE = ("host", "none", "bridge")  # who names these as networks probably means `network_mode`


@rule(
    "COM031",
    title="A service uses a network that is not defined",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("networks",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def undefined_network(service: Service, context: Context) -> Iterator[Finding]:
    """Each network that a service names has to stand under the top-level `networks:`, if only as a name with nothing
    after it; one that another project made is marked `external: true`. `default` alone needs no definition.
    Docker Compose refuses the file.

    Define the network, or correct its name.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        networks: [backend]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        networks: [backend]
    networks:
      backend:
    ```
    """
    if not is_self_contained(service.document):
        return
    for used in undefined_resources(service, "networks"):
        message = (
            f"Docker Compose will refuse this file: service `{service.name}` uses the undefined network `{used.name}`"
        )
        severity = None if is_enabled(service) else Severity.WARNING
        edits = partial(editing.set_value, service.document, ("networks", used.name), {})
        fix = Fix(f"declare network `{used.name}`", edits, safe=used.near is None and used.name not in _OF_THE_ENGINE)
        yield Finding(used.span, message, used.hint, fix if can_be_declared(used.name) else None, severity=severity)
