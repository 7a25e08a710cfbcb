from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import SECTIONS, Document, Service
from stacks.compose.references import extended, is_self_contained
from stacks.compose.resources import used_resources
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM081",
    title="A network, volume, secret or config is defined and not used",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/volumes/",
)
def unused_definition(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose creates only the networks and volumes that a service uses, and passes on only the secrets and
    configs that a service lists. What stands at the top level alone does nothing. Often it is left over; sometimes the
    service that should use it lacks the line, and loses its data with every `docker compose down`.

    Use it in a service, or delete it.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
    volumes:
      ollama:
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        volumes:
          - ollama:/root/.ollama
    volumes:
      ollama:
    ```
    """
    if not is_self_contained(document) or not document.services or any(map(_is_fragment, document.services)):
        return
    for section in SECTIONS:
        left = {name: entry for name, entry in document.section(section).items() if not name.startswith("x-")}
        if section == "networks":
            left.pop("default", None)
        for service in document.services:
            if not left:
                break
            for used in used_resources(service, section):
                left.pop(used.name, None)
        for name, entry in left.items():
            yield Finding(
                entry.key.span,
                f"no service uses the {section[:-1]} `{name}`: it has no effect",
                "Use it in a service, or delete it.",
                Fix(f"delete `{name}`", partial(editing.delete, document, (section, name), prune=True), safe=False),
            )


def _is_fragment(service: Service) -> bool:
    """Whether the rest of the service is in another file, which may use more."""
    base = extended(service)
    if base is not None:
        return base.file is not None
    return service.get("image") is None and service.get("build") is None
