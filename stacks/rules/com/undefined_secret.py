from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.references import is_enabled, is_self_contained
from stacks.compose.resources import undefined_resources
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM033",
    title="A service uses a secret that is not defined",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("build", "secrets"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def undefined_secret(service: Service, context: Context) -> Iterator[Finding]:
    """Each secret that a service or its build names has to stand under the top-level `secrets:`, with the file or
    variable that it comes from. Docker Compose refuses the file.

    Define the secret, or correct its name.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        secrets: [hf_token]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        secrets: [hf_token]
    secrets:
      hf_token:
        environment: HF_TOKEN
    ```
    """
    if not is_self_contained(service.document):
        return
    for used in undefined_resources(service, "secrets"):
        message = (
            f"Docker Compose will refuse this file: service `{service.name}` uses the undefined secret `{used.name}`"
        )
        severity = None if is_enabled(service) else Severity.WARNING
        yield Finding(used.span, message, used.hint, severity=severity)
