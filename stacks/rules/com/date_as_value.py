from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.problems import ProblemKind
from stacks.compose.scalars import is_timestamp
from stacks.compose.schema_file import known_keys
from stacks.compose.source import Span, TextEdit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM006",
    title="A value is a date",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://yaml.org/type/timestamp.html",
)
def date_as_value(document: Document, context: Context) -> Iterator[Finding]:
    """YAML reads a plain `2024-01-01` as a date, not as text, and no place in a Compose file takes a date: Docker
    Compose refuses the file with `invalid jsonType time.Time`. It happens in `environment` and `labels`, with
    versions and build dates. Under a key of one's own that begins with `x-` a date does no harm.

    Put quotes around it.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        environment:
          BUILD_DATE: 2024-01-01
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        environment:
          BUILD_DATE: "2024-01-01"
    ```
    """
    is_likely = "!!timestamp" in document.text or any(
        problem.kind is ProblemKind.TIMESTAMP for problem in document.problems
    )
    if is_likely and document.root is not None:
        for node in {id(node): node for node in _dates(document.root, ())}.values():
            message = f"Docker Compose will refuse this file: `{node.text}` is a date to YAML, and no value may be one"
            yield Finding(node.span, message, "Put quotes around it.", _quoted(node))


def _is_tagged(node: Scalar) -> bool:
    return node.tag == "tag:yaml.org,2002:timestamp"


def _quoted(node: Scalar) -> Fix | None:
    if _is_tagged(node):
        return None
    edits = (TextEdit(Span(node.start, node.start), '"'), TextEdit(Span(node.end, node.end), '"'))
    return Fix("put quotes around the date", lambda: edits)


def _dates(node: Node, path: tuple[str | int, ...]) -> Iterator[Scalar]:
    """The dates that Compose meets: those under `x-` keys it leaves alone."""
    if isinstance(node, Scalar):
        is_plain = node.style is None and node.tag is None and node.interpolated is None
        if (is_plain or _is_tagged(node)) and is_timestamp(node.text):
            yield node
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _dates(item, (*path, index))
    elif isinstance(node, Mapping):
        for name, entry in node.effective.items():
            if not (name.startswith("x-") and known_keys(path)):
                yield from _dates(entry.value, (*path, name))
