from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.interpolation import ErrorKind
from stacks.compose.values import quote
from stacks.compose.written_values import interpolation_errors
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM021",
    title="A variable that the file requires has no value",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/interpolation/",
)
def required_variable_missing(document: Document, context: Context) -> Iterator[Finding]:
    """`${NAME:?message}` says that the file makes no sense without this variable: Docker Compose refuses to go on
    unless it has a value, in the shell or in the file `.env` beside the Compose file. `${NAME?message}` is
    content with an empty one.

    Add the variable to `.env`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        environment:
          HF_TOKEN: ${HF_TOKEN:?make one at huggingface.co}
    ```
    ```yaml good
    # env: HF_TOKEN=hf_abc
    services:
      train:
        image: pytorch/pytorch
        environment:
          HF_TOKEN: ${HF_TOKEN:?make one at huggingface.co}
    ```
    """
    for span, error in interpolation_errors(document):
        if error.kind is ErrorKind.REQUIRED_MISSING:
            message = f"Docker Compose will refuse this file: the required variable `{error.variable}` has no value"
            _, says, words = error.message.partition(": ")
            if says:
                message += f" ({quote(words)})"
            yield Finding(span, message, f"Add `{error.variable}=…` to `.env`.")
