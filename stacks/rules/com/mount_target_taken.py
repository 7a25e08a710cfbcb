from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.mounts import colliding_mounts
from stacks.compose.references import is_enabled
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM060",
    title="Two mounts have the same target",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("tmpfs", "volumes"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def mount_target_taken(service: Service, context: Context) -> Iterator[Finding]:
    """A path in the container can be mounted once. Docker Compose refuses a service whose `tmpfs` and `volumes` meet
    at one path. (Of two `volumes` with the same target it keeps the last, without a word.)

    Delete one of the two.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        tmpfs: /scratch
        volumes:
          - ./scratch:/scratch
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        tmpfs: /scratch
        volumes:
          - ./scratch:/data
    ```
    """
    for target, first, second in colliding_mounts(service):
        message = f"Docker Compose will refuse this file: `{target}` is mounted twice in this container"
        severity = None if is_enabled(service) else Severity.WARNING
        related = (Related(first, "mounted here first"),)
        yield Finding(second, message, "Delete one of the two.", related=related, severity=severity)
