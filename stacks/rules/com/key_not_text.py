from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from stacks.compose.scalars import is_timestamp
from stacks.compose.source import Span, TextEdit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_DIGITS = frozenset("0123456789")


@rule(
    "COM007",
    title="A key is a number, a truth value or nothing",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/loader.go",
)
def key_not_text(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose takes only text as a key. YAML reads a plain `1`, `0x1F`, `1.5`, `true` or `null` before the
    colon as a number, a truth value or nothing, and Compose refuses the file: `non-string key in
    services.train.labels: 1`. (`on`, `yes` and `NO` are text to Compose.)

    Put quotes around the key.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        labels:
          1: first
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        labels:
          "1": first
    ```
    """
    pending: list[Node] = [document.root] if document.root is not None else []
    while pending:
        node = pending.pop()
        if type(node) is Mapping:
            for entry in node.entries:
                key, value = entry.key, entry.value
                if type(key) is Scalar and (key.value is not key.text or key.text[:1] in _DIGITS) and _is_no_text(key):
                    yield _finding(entry, key, len(document.text))
                if type(value) is not Scalar and entry.alias is None:
                    pending.append(value)
        elif type(node) is Sequence:
            aliases = node.aliases or {}
            pending += [item for index, item in enumerate(node.items) if index not in aliases]


def _is_no_text(key: Scalar) -> bool:
    if key.interpolated is not None:  # Compose looks for no variables in keys
        return False
    return key.value is not key.text or (key.style is None and is_timestamp(key.text))


def _finding(entry: Entry, key: Scalar, end: int) -> Finding:
    written = f"`{key.text}`" if key.text else "an empty key"
    message = f"Docker Compose will refuse this file: {written} is not text to YAML, and a key has to be text"
    if not key.text:
        return Finding(Span(key.start, min(key.start + 1, end)), message, "Write a key before the colon.")
    edits = (TextEdit(Span(key.start, key.start), '"'), TextEdit(Span(key.end, key.end), '"'))
    return Finding(entry.key.span, message, "Put quotes around it.", Fix("put quotes around the key", lambda: edits))
