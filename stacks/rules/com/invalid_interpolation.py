from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.interpolation import ErrorKind
from stacks.compose.written_values import interpolation_errors
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM020",
    title="A dollar sign begins no variable that can be read",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/interpolation/",
)
def invalid_interpolation(document: Document, context: Context) -> Iterator[Finding]:
    """In every value Docker Compose replaces `$NAME` and `${NAME}`. It refuses the file where a `${` is not closed
    or holds no name: `invalid interpolation format`. That happens with shell code in `command` and `healthcheck`,
    such as `${1%.*}` or `${#list[@]}`.

    Write `$$` for a dollar sign that the container's shell is to see.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        command: sh -c 'echo ${1%.*}'
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        command: sh -c 'echo $${1%.*}'
    ```
    """
    for span, error in interpolation_errors(document):
        if error.kind is not ErrorKind.REQUIRED_MISSING:
            yield Finding(
                span, f"Docker Compose will refuse this file: {error.message}", "Write `$$` for a dollar sign."
            )
