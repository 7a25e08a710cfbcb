from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.problems import ProblemKind
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM002",
    title="A key is given twice in one mapping",
    layer=Layer.YAML,
    severity=Severity.ERROR,
    on=Document,
    url="https://yaml.org/spec/1.2.2/#3213-node-comparison",
)
def duplicate_key(document: Document, context: Context) -> Iterator[Finding]:
    """A mapping may have each key once. Docker Compose refuses the whole file where one comes twice, even with equal
    values. It happens most when a block is pasted into a service that has one of that name already: two
    `environment:` or two `deploy:`.

    Merge the two, or delete the one that is out of date; which of them is meant only its author knows.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        environment:
          NCCL_DEBUG: INFO
        environment:
          HF_HOME: /cache
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        environment:
          NCCL_DEBUG: INFO
          HF_HOME: /cache
    ```
    """
    for problem in document.problems:
        if problem.kind is ProblemKind.DUPLICATE_KEY:
            yield Finding(problem.span, problem.message, problem.hint, related=problem.related)
