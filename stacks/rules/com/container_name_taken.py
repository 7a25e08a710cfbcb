from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.nodes import Scalar
from stacks.compose.references import is_enabled, lineage
from stacks.compose.source import Span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM059",
    title="Two services have the same container name",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/services/#container_name",
)
def container_name_taken(document: Document, context: Context) -> Iterator[Finding]:
    """A container's name is unique on its host. Docker Compose refuses a file in which two services have the same
    `container_name`, be it inherited with `extends` or from an anchor.

    Give each its own, or delete it: containers are then named after project and service.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        container_name: torch
      eval:
        image: pytorch/pytorch
        container_name: torch
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        container_name: torch-train
      eval:
        image: pytorch/pytorch
        container_name: torch-eval
    ```
    """
    first: dict[str, tuple[str, Span]] = {}
    for service in document.services:
        entry = service.get("container_name")
        name = lineage(service).find("container_name")
        if isinstance(name, Scalar) and isinstance(name.value, str) and name.string and is_enabled(service):
            span = entry.value_span if entry is not None else service.span
            other, place = first.setdefault(name.string, (service.name, span))
            if other != service.name:
                message = f"Docker Compose will refuse this file: `{other}` calls its container `{name.string}` already"
                yield Finding(
                    span, message, "Give each its own, or delete it.", related=(Related(place, "taken here"),)
                )
