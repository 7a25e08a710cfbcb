from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Scalar
from stacks.compose.references import lineage
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM039",
    title="A service waits for the health of one that shows none",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("depends_on",),
    url="https://docs.docker.com/compose/how-tos/startup-order/",
)
def healthy_without_healthcheck(service: Service, context: Context) -> Iterator[Finding]:
    """With `condition: service_healthy` Docker Compose waits until the health check of the other service succeeds.
    Where neither the file nor the image has a health check, `docker compose up` fails: `container … has no
    healthcheck configured`. Few GPU images have one; whether this image has is not known here, except where the
    file says `disable: true` or `test: NONE`.

    Add a `healthcheck:` to the other service, or wait for `service_started`.

    ```yaml bad
    services:
      ui:
        image: open-webui/open-webui
        depends_on:
          ollama:
            condition: service_healthy
      ollama:
        image: ollama/ollama
    ```
    ```yaml good
    services:
      ui:
        image: open-webui/open-webui
        depends_on:
          ollama:
            condition: service_healthy
      ollama:
        image: ollama/ollama
        healthcheck:
          test: ollama list
    ```
    """
    node = service.mapping("depends_on")
    for name, entry in node.effective.items() if node is not None else ():
        condition = entry.value.get("condition") if isinstance(entry.value, Mapping) else None
        target = service.document.service(name)
        if condition is None or target is None or not isinstance(condition.value, Scalar):
            continue
        if condition.value.string == "service_healthy" and not _has_healthcheck(target):
            message = f"`up` will fail here unless the image of `{name}` has a health check: this file has none for it"
            related = (Related(target.span, "add a `healthcheck:` here"),)
            yield Finding(condition.value_span, message, f"Add a `healthcheck:` to `{name}`.", related=related)


def _has_healthcheck(service: Service) -> bool:
    whole = lineage(service)
    if whole.find("healthcheck") is None:
        return not whole.is_whole
    disabled = whole.find("healthcheck", "disable")
    return not (isinstance(disabled, Scalar) and disabled.value is True)
