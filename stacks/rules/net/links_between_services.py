from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "NET106",
    title="Services are connected by links",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("links",),
    url="https://docs.docker.com/compose/how-tos/networking/#link-containers",
)
def links_between_services(service: Service, context: Context) -> Iterator[Finding]:
    """Services of one network reach each other by name; `links` is not needed for that. What is left of its effect is
    another name (`db:database`) and the order of starts, for which there are `networks.….aliases` and `depends_on`.

    ```yaml bad
    services:
      app:
        build: .
        links:
          - ollama
      ollama:
        image: ollama/ollama:0.13.5
    ```
    ```yaml good
    services:
      app:
        build: .
        depends_on:
          - ollama
      ollama:
        image: ollama/ollama:0.13.5
    ```
    """
    entry = service.get("links")
    if entry is None or not isinstance(entry.value, Sequence) or not entry.value.items:
        return
    if service.get("network_mode") is not None:
        return  # containers of Docker's own bridge know no names but links
    yield Finding(
        entry.key.span,
        "`links` is a relic: services of one network reach each other by name without it",
        "Write `depends_on` for the order of starts.",
        _fix(service, entry.value),
    )


def _fix(service: Service, links: Sequence) -> Fix | None:
    """The rename, where nothing is lost by it."""
    names = [item.string for item in links.scalars]
    if service.get("depends_on") is not None or any(":" in name or not name for name in names):
        return None
    path = (*service.path, "links")
    document = service.document
    return fix_at(document, path, "rename it to `depends_on`", lambda: editing.rename_key(document, path, "depends_on"))
