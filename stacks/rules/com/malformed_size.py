import re
from collections.abc import Iterator

from stacks.compose.decoding import DecodingFault, decoding_problems
from stacks.compose.document import Document
from stacks.compose.nodes import Scalar
from stacks.compose.schema_wording import label
from stacks.compose.source import Span, TextEdit
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM050",
    title="A size cannot be read",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/types/types.go",
)
def malformed_size(document: Document, context: Context) -> Iterator[Finding]:
    """A size is a decimal number, at most one space and one of the units b, k, m, g, t, p; `kb` and `KiB` mean the
    same as `k`, a power of 1024. Docker Compose refuses the file for any other unit (`gigs`, `Gi`), for a comma,
    for two spaces, and for a variable that is empty.

    Write `16g` for 16 GiB.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        mem_limit: 16gigs
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        mem_limit: 16g
    ```
    """
    for problem in decoding_problems(document):
        if problem.fault is DecodingFault.SIZE:
            message = f"Docker Compose will refuse {label(problem.path)}: {problem.reason}"
            yield Finding(problem.span, message, "Write a number and a unit, such as `16g`.", _fix(problem.node))


_WORDS = lazy_pattern(
    r"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>[kmgt])(?:ib?|b|igs?|egs?|(?:ig|eg|il|er)[ao]bytes?)?", re.IGNORECASE
)


def _fix(node: Scalar) -> Fix | None:
    """The unit in its short form, where a word or the unit of Kubernetes says which is meant."""
    found = _WORDS.fullmatch(node.string.strip())
    if found is None or node.interpolated is not None or node.style in ("|", ">"):
        return None
    size = found["number"].replace(",", ".") + found["unit"].lower()
    quote = node.style or ""
    return Fix(f"write `{size}`", lambda: (TextEdit(Span(node.start, node.end), f"{quote}{size}{quote}"),))
