from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.written_values import blank_variables
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM022",
    title="A variable has no value and no default",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Document,
    url="https://docs.docker.com/reference/compose-file/interpolation/",
)
def variable_unset(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose puts nothing in the place of a variable that has no value, and only warns on the terminal. The
    container starts with an empty setting, mounts another path than was meant, or the file is refused for what is
    then missing.

    Give the variable a value in `.env`, or a default in the file: `${NAME:-default}`. Where empty is meant, say
    so: `${NAME:-}`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        environment:
          WANDB_API_KEY: ${WANDB_API_KEY}
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        environment:
          WANDB_API_KEY: ${WANDB_API_KEY:-}
    ```
    """
    for span, name in blank_variables(document):
        message = f"the variable `{name}` has no value: Compose puts nothing in its place"
        yield Finding(span, message, f"Add `{name}=…` to `.env`, or write `${{{name}:-default}}`.")
