from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.problems import ProblemKind
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_KINDS = frozenset(
    {
        ProblemKind.SYNTAX,
        ProblemKind.CHARACTER,
        ProblemKind.ALIAS,
        ProblemKind.KEY,
        ProblemKind.MERGE,
    }
)


@rule(
    "COM001",
    title="The text is not YAML",
    layer=Layer.YAML,
    severity=Severity.ERROR,
    on=Document,
    url="https://yaml.org/spec/1.2.2/",
)
def invalid_yaml(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose reads a file as YAML before anything else, and stops where the text is no YAML any more. No
    service of the file starts. The usual causes are a tab, a line that is indented by one space too many or too few,
    and a quote or bracket that was opened and not closed.

    Every place is reported, not the first only; the other layers are checked once the text is mended.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
         command: python train.py
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        command: python train.py
    ```
    """
    for problem in document.problems:
        if problem.kind in _KINDS:
            yield Finding(problem.span, problem.message, problem.hint, related=problem.related)
