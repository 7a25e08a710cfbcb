from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.files import included_files
from stacks.compose.references import extended
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
    bases = ((base.file, base.file_span) for base in map(extended, document.services) if base is not None)
    for path, span in (*bases, *included_files(document)):
        if path is None or span is None or _is_remote(path) or context.file_exists is None:
            continue
        if not context.file_exists(path):
            yield Finding(span, f"there is no file `{path}`: Compose refuses the file", "Correct the path.")


def _is_remote(path: str) -> bool:
    return "://" in path or path.startswith(("git@", "github.com/", "oci:"))
