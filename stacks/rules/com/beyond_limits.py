from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.problems import ProblemKind
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_KINDS = frozenset({ProblemKind.TOO_LARGE, ProblemKind.TOO_DEEP, ProblemKind.ALIAS_GROWTH})


@rule(
    "COM003",
    title="The text is too large or too deeply nested to be read",
    layer=Layer.YAML,
    severity=Severity.ERROR,
    on=Document,
    url="https://en.wikipedia.org/wiki/Billion_laughs_attack",
)
def beyond_limits(document: Document, context: Context) -> Iterator[Finding]:
    """A Compose file is read up to 1 MiB of text, 200,000 keys and values (a list counts twice), 64 levels of nesting
    and 10,000 nodes that aliases add. A file that goes beyond is data or an attack, not a description of services:
    Docker Compose has no such limits, and a file of 300 bytes whose aliases grow out of each other keeps it busy for
    minutes. Nothing else in the file is checked.

    Take generated data out of the file, and write out what nested aliases stand for.

    ```yaml bad
    x-a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]
    x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
    x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
    x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
    x-e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
    services:
      train:
        image: pytorch/pytorch
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
    ```
    """
    for problem in document.problems:
        if problem.kind in _KINDS:
            yield Finding(problem.span, problem.message, problem.hint, related=problem.related)
