from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.problems import ProblemKind
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM005",
    title="The file holds several YAML documents",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/13-merge.md",
)
def several_documents(document: Document, context: Context) -> Iterator[Finding]:
    """A line of three dashes begins a new YAML document. Docker Compose reads all documents of a file and merges
    each into those before it, as it does with several `-f` files. That is rarely what was meant, and few tools show
    it: most read the first document alone.

    Keep one document in a file, and put overrides into `compose.override.yaml`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
    ---
    services:
      train:
        restart: always
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        restart: always
    ```
    """
    for problem in document.problems:
        if problem.kind is ProblemKind.SEVERAL_DOCUMENTS:
            yield Finding(problem.span, problem.message, problem.hint)
