from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.references import is_enabled, is_self_contained
from stacks.compose.resources import undefined_resources
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM034",
    title="A service uses a config that is not defined",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("configs",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def undefined_config(service: Service, context: Context) -> Iterator[Finding]:
    """Each config that a service names has to stand under the top-level `configs:`, with the file, variable or
    content that it comes from. Docker Compose refuses the file.

    Define the config, or correct its name.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        configs: [settings]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        configs: [settings]
    configs:
      settings:
        content: "learning_rate: 0.001"
    ```
    """
    if not is_self_contained(service.document):
        return
    for used in undefined_resources(service, "configs"):
        message = (
            f"Docker Compose will refuse this file: service `{service.name}` uses the undefined config `{used.name}`"
        )
        severity = None if is_enabled(service) else Severity.WARNING
        yield Finding(used.span, message, used.hint, severity=severity)
