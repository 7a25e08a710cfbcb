from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.files import extended_files, included_files
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import FILES, rule


@rule(
    "COM072",
    title="A Compose file that this one takes in is not there",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    needs=(FILES,),
    url="https://docs.docker.com/reference/compose-file/include/",
)
def compose_file_missing(document: Document, context: Context) -> Iterator[Finding]:
    """`include` takes in other Compose files, and `extends` with `file:` a service of one. Docker Compose refuses
    the file where one of them is not there. Paths are relative to the folder of the Compose file.

    Correct the path, or put the file there.

    ```yaml bad
    # no-files
    include:
      - monitoring.yaml
    services:
      train:
        image: pytorch/pytorch
    ```
    ```yaml good
    # file: monitoring.yaml
    include:
      - monitoring.yaml
    services:
      train:
        image: pytorch/pytorch
    ```
    """
    for path, span in (*extended_files(document), *included_files(document)):
        if context.file_exists is not None and not _is_remote(path) and not context.file_exists(path):
            yield Finding(span, f"Docker Compose will refuse this file: there is no file `{path}`", "Correct the path.")


def _is_remote(path: str) -> bool:
    return "://" in path or path.startswith(("git@", "github.com/", "oci:"))
