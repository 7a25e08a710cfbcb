from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.schema import SchemaFault, general_problems
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM015",
    title="A name has characters that it may not have",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def malformed_name(document: Document, context: Context) -> Iterator[Finding]:
    """Services, volumes, secrets and configs are named by letters, digits, `.`, `_` and `-`; a container's name
    begins with a letter or digit and has at least two characters. Docker Compose refuses the file for anything
    else, such as a space or an umlaut, and for a `container_name` that comes out empty because its variable is
    not set.

    Choose a name of plain letters; a variable in it needs a value or a default.

    ```yaml bad
    services:
      my trainer:
        image: pytorch/pytorch
        container_name: ${NAME}
    ```
    ```yaml good
    services:
      my-trainer:
        image: pytorch/pytorch
        container_name: ${NAME:-trainer}
    ```
    """
    for problem in general_problems(document):
        if problem.fault in (SchemaFault.BAD_NAME, SchemaFault.PATTERN):
            yield Finding(problem.span, problem.message, problem.hint, related=problem.related)
