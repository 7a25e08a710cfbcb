from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_IGNORED = lazy_pattern(r"[^a-z0-9]*")


@rule(
    "COM070",
    title="Nothing is left of the project name",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/loader.go",
)
def unusable_project_name(document: Document, context: Context) -> Iterator[Finding]:
    """Of the top-level `name` Docker Compose keeps lower-case letters, digits, `-` and `_`, beginning with a letter
    or digit (`My Project` becomes `myproject`). It refuses the file where nothing is left, such as for a variable
    without a value.

    Write a name of lower-case letters, or delete the key: the folder's name is then taken.

    ```yaml bad
    name: ${PROJECT}
    services:
      train:
        image: pytorch/pytorch
    ```
    ```yaml good
    name: ${PROJECT:-training}
    services:
      train:
        image: pytorch/pytorch
    ```
    """
    node = document.root.scalar("name") if document.root is not None else None
    if node is not None and isinstance(node.value, str) and node.text and _IGNORED.fullmatch(node.string.lower()):
        message = "Docker Compose will refuse this file: nothing is left of the project's name"
        yield Finding(node.span, message, "Write a name of lower-case letters, or delete the key.")
