from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.references import is_enabled
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM064",
    title="The list of a health check begins with neither CMD, CMD-SHELL nor NONE",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("healthcheck",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def healthcheck_without_form(service: Service, context: Context) -> Iterator[Finding]:
    """A health check that is a list begins with a word for how it is run: `CMD` (as it is), `CMD-SHELL` (by a shell)
    or `NONE` (no check). Docker Compose refuses the file where the list begins with the command itself.

    Put `CMD` in front.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama
        healthcheck:
          test: [ollama, list]
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama
        healthcheck:
          test: [CMD, ollama, list]
    ```
    """
    test = service.sequence("healthcheck", "test")
    first = test.items[0] if test is not None and test.items else None
    if isinstance(first, Scalar) and first.string not in ("CMD", "CMD-SHELL", "NONE"):
        message = f"Docker Compose will refuse this health check: `{first.string}` does not say how to run it"
        path = (*service.path, "healthcheck", "test")
        fix = Fix("put `CMD` in front", lambda: editing.insert_item(service.document, path, 0, "CMD"))
        severity = None if is_enabled(service) else Severity.WARNING
        yield Finding(first.span, message, "Put `CMD` in front, or `CMD-SHELL` for a shell.", fix, severity=severity)
