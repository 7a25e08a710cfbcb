from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.references import is_enabled, is_self_contained
from stacks.compose.resources import undefined_resources
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM035",
    title="A service uses a model that is not defined",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("models",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def undefined_model(service: Service, context: Context) -> Iterator[Finding]:
    """Each model that a service names has to stand under the top-level `models:`. Docker Compose refuses the file.

    Define the model, or correct its name.

    ```yaml bad
    services:
      chat:
        image: open-webui/open-webui
        models: [llm]
    ```
    ```yaml good
    services:
      chat:
        image: open-webui/open-webui
        models: [llm]
    models:
      llm:
        model: ai/smollm2
    ```
    """
    if not is_self_contained(service.document):
        return
    for used in undefined_resources(service, "models"):
        message = (
            f"Docker Compose will refuse this file: service `{service.name}` uses the undefined model `{used.name}`"
        )
        severity = None if is_enabled(service) else Severity.WARNING
        yield Finding(used.span, message, used.hint, severity=severity)
