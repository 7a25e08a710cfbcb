from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.files import named_files
from stacks.compose.references import is_enabled
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import FILES, rule


@rule(
    "COM071",
    title="A file of variables or labels is not there",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    needs=(FILES,),
    keys=("env_file", "label_file"),
    url="https://docs.docker.com/reference/compose-file/services/#env_file",
)
def env_file_missing(service: Service, context: Context) -> Iterator[Finding]:
    """Docker Compose reads the files of `env_file` and `label_file` before anything starts, and refuses to go on
    where one is not there, unless the item says `required: false`. Paths are relative to the folder of the
    Compose file.

    Create the file (often from one named `.env.example`), or mark it `required: false`.

    ```yaml bad
    # no-files
    services:
      train:
        image: pytorch/pytorch
        env_file: train.env
    ```
    ```yaml good
    # file: train.env
    services:
      train:
        image: pytorch/pytorch
        env_file: train.env
    ```
    """
    for file in named_files(service):
        if context.file_exists is not None and not context.file_exists(file.path):
            message = f"Docker Compose will refuse to start this service: there is no file `{file.path}`"
            severity = None if is_enabled(service) else Severity.WARNING
            yield Finding(file.span, message, "Create it, or mark it `required: false`.", severity=severity)
