from collections.abc import Iterator

from stacks.compose.commands import split_command
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import Invalid
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM055",
    title="A command of one text cannot be cut into words",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("command", "entrypoint"),
    url="https://github.com/mattn/go-shellwords",
)
def malformed_command(service: Service, context: Context) -> Iterator[Finding]:
    """No shell reads `command` and `entrypoint`: Docker Compose cuts the text into words itself, by quotes and
    backslashes. It refuses the file for a quote that is not closed, for a parenthesis outside quotes and for a
    backslash at the end: `invalid command line string`.

    Put quotes around the word, or write the command as a list: `["python", "-c", "print(1)"]`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        command: python -c print(1)
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        command: ["python", "-c", "print(1)"]
    ```
    """
    for key in ("command", "entrypoint"):
        entry = service.get(key)
        if entry is not None and isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
            words = split_command(entry.value.string)
            if isinstance(words, Invalid):
                message = f"Docker Compose will refuse `{key}`: {words.reason}"
                yield Finding(entry.value_span, message, "Quote the word, or write the command as a list.")
