from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.references import is_enabled, is_self_contained
from stacks.compose.resources import can_be_declared, undefined_resources
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM032",
    title="A service uses a volume that is not defined",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("volumes",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def undefined_volume(service: Service, context: Context) -> Iterator[Finding]:
    """A volume that a service mounts by name has to stand under the top-level `volumes:`. A source that begins with
    `.`, `/` or `~` is a path on the host and needs none; without that, `data:/data` is a volume named `data`, not
    the folder. Docker Compose refuses the file.

    Define the volume, or write `./data` for a folder beside the file.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        volumes:
          - data:/data
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        volumes:
          - data:/data
          - ./data:/local
    volumes:
      data:
    ```
    """
    if not is_self_contained(service.document):
        return
    for used in undefined_resources(service, "volumes"):
        message = (
            f"Docker Compose will refuse this file: service `{service.name}` uses the undefined volume `{used.name}`"
        )
        severity = None if is_enabled(service) else Severity.WARNING
        edits = partial(editing.set_value, service.document, ("volumes", used.name), {})
        fix = Fix(f"declare volume `{used.name}`", edits, safe=used.near is None)
        yield Finding(used.span, message, used.hint, fix if can_be_declared(used.name) else None, severity=severity)
