from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.source import TextEdit
from stacks.compose.written_values import written_span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM066",
    title="The name of a variable ends with a space",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("build", "environment"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/types/mapping.go",
)
def space_after_variable_name(service: Service, context: Context) -> Iterator[Finding]:
    """In the list form of `environment` (and of a build's `args`) what stands before the first `=` is the name,
    spaces included. Docker Compose refuses a name that ends with one: `NAME = value` is a mistake.

    Write `NAME=value`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        environment:
          - NCCL_DEBUG = INFO
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        environment:
          - NCCL_DEBUG=INFO
    ```
    """
    for path in (("environment",), ("build", "args")):
        items = service.sequence(*path) if service.get(path[0]) is not None else None
        for item in items.scalars if items is not None else ():
            name = item.string.partition("=")[0]
            if name[-1:].isspace():
                message = f"Docker Compose will refuse this file: the name `{name}` ends with a space"
                yield Finding(item.span, message, "Delete the spaces around `=`.", _fix(item))


def _fix(item: Scalar) -> Fix | None:
    name, equals, value = item.text.partition("=")
    if item.interpolated is not None or not equals:
        return None
    gap = written_span(item, len(name.rstrip()), len(item.text) - len(value.lstrip()))
    return Fix("delete the spaces around `=`", lambda: (TextEdit(gap, "="),)) if gap != item.span else None
