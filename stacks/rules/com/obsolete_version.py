from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Document
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM080",
    title="The file names a version of the format",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/version-and-name/",
)
def obsolete_version(document: Document, context: Context) -> Iterator[Finding]:
    """Since 2020 there is one Compose Specification, and Docker Compose ignores `version`: it warns at each command
    that the attribute is obsolete. The number has no effect on what the file may use: GPUs work with any or none.

    Delete the line.

    ```yaml bad
    version: "3.8"
    services:
      train:
        image: pytorch/pytorch
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
    ```
    """
    entry = document.root.get("version") if document.root is not None else None
    if entry is not None:
        fix = Fix("delete `version`", lambda: editing.delete(document, ("version",)))
        yield Finding(entry.span, "Compose ignores `version`, and warns that it is obsolete", "Delete the line.", fix)
