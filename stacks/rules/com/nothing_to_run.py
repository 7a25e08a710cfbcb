from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.nodes import Mapping
from stacks.compose.problems import ProblemKind
from stacks.compose.source import Span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM004",
    title="The file is empty or is not a mapping",
    layer=Layer.YAML,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/03-compose-file.md",
)
def nothing_to_run(document: Document, context: Context) -> Iterator[Finding]:
    """A Compose file is a mapping: keys such as `services:` and `volumes:` at its left edge. Docker Compose refuses
    a file that is empty, that holds nothing but the obsolete `version`, or that begins as a list or as plain
    text.

    Begin the file with `services:`, and indent the services under it.

    ```yaml bad
    - train:
        image: pytorch/pytorch
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
    ```
    """
    for problem in document.problems:
        if problem.kind in (ProblemKind.EMPTY, ProblemKind.NOT_A_MAPPING):
            yield Finding(problem.span, problem.message, problem.hint)
    root = document.root
    if root is not None and isinstance(document.data, dict) and document.data.keys() <= {"version"}:
        span = root.entries[0].key.span if root.entries else root.span
        yield Finding(span, "the file is empty: it holds nothing to run", "Add `services:`.")
    for other in document.later_roots if document.is_complete else ():
        if not isinstance(other, Mapping):
            span = Span(other.start, max(other.end, other.start))
            yield Finding(
                span, "Docker Compose will refuse this file: a later document of this file is no mapping", "Delete it."
            )
