from collections.abc import Iterator

from stacks.compose.decoding import DecodingFault, decoding_problems
from stacks.compose.document import Document
from stacks.compose.schema_wording import label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM053",
    title="A text is neither true nor false",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/types/types.go",
)
def malformed_boolean(document: Document, context: Context) -> Iterator[Finding]:
    """Where Docker Compose wants a truth value it also takes the texts `true`, `yes`, `on`, `y` and their opposites,
    and refuses the file for any other, such as the empty text of a variable that is not set.

    Write `true` or `false`, or give the variable a default.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        attach: sometimes
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        attach: ${ATTACH:-false}
    ```
    """
    for problem in decoding_problems(document):
        if problem.fault is DecodingFault.BOOLEAN:
            message = f"Docker Compose will refuse {label(problem.path)}: {problem.reason}"
            yield Finding(problem.span, message, "Write `true` or `false`.")
