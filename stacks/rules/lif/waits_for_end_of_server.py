from collections.abc import Iterator
from functools import partial

from stacks.arguments import command_words
from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.health_checks import health_check
from stacks.compose.waits import ENDED, HEALTHY, STARTED, waits
from stacks.listening import server
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "LIF205",
    title="A service waits for the end of a server",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("depends_on",),
    url="https://docs.docker.com/compose/how-tos/startup-order/",
)
def waits_for_end_of_server(service: Service, context: Context) -> Iterator[Finding]:
    """`service_completed_successfully` waits until the other container has ended without an error. A server does not
    end: the service never starts, and `docker compose up` waits for ever.

    Wait for `service_healthy`, and give the server a health check.

    ```yaml bad
    services:
      app:
        build: .
        depends_on:
          ollama:
            condition: service_completed_successfully
      ollama:
        image: ollama/ollama:0.13.5
    ```
    ```yaml good
    services:
      app:
        build: .
        depends_on:
          ollama:
            condition: service_healthy
      ollama:
        image: ollama/ollama:0.13.5
        healthcheck:
          test: ["CMD", "ollama", "list"]
    ```
    """
    for wait in waits(service) if service.get("depends_on") is not None else ():
        other = service.document.service(wait.name) if wait.condition == ENDED else None
        known = server(other) if other is not None else None
        if other is None or known is None or not known.ports or not _serves(other):
            continue
        better = HEALTHY if health_check(other) is not None else STARTED
        path = (*service.path, "depends_on", wait.name, "condition")
        edits = partial(editing.set_value, context.document, path, better)
        yield Finding(
            wait.span,
            f"`{service.name}` will never start: it waits for the end of {known.title}, which does not end",
            "Wait for `service_healthy`, and give the server a health check.",
            Fix(f"write `{better}`", edits, safe=False),
            (Related(other.span, "a server"),),
        )


def _serves(service: Service) -> bool:
    """Whether the command leaves the server a server: options alone, or none."""
    words = command_words(service)
    return not words or words[0].text.startswith("-") or words[0].text in ("serve", "tritonserver")
