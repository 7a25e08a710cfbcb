from collections.abc import Iterator

from stacks.compose.builds import build_conflicts
from stacks.compose.document import Service
from stacks.compose.references import is_enabled
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM068",
    title="The settings of a build contradict each other",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("build",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def conflicting_build(service: Service, context: Context) -> Iterator[Finding]:
    """Docker Compose refuses a build that has both `dockerfile` and `dockerfile_inline`, whose `platforms` do not
    include the service's `platform`, whose `additional_contexts` are a list without `NAME=`, or name a service
    that is not there or is not built, and whose `ssh` keys are a list of names without paths.

    Take one of the two settings out.

    ```yaml bad
    services:
      train:
        build:
          context: .
          dockerfile: Dockerfile.gpu
          dockerfile_inline: FROM pytorch/pytorch
    ```
    ```yaml good
    services:
      train:
        build:
          context: .
          dockerfile: Dockerfile.gpu
    ```
    """
    for conflict in build_conflicts(service):
        is_certain = conflict.is_malformed or is_enabled(service)
        yield Finding(conflict.span, conflict.message, conflict.hint, severity=None if is_certain else Severity.WARNING)
