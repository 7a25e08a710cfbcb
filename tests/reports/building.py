"""Reports made by hand, so that what a renderer does with a finding does not hang on which rules there are."""

from collections.abc import Iterator, Sequence

from stacks.compose.document import Document, parse_document
from stacks.compose.source import Span, TextEdit
from stacks.reports.checked import CheckedFile
from stacks.rules.checker import LayerRun, Report
from stacks.rules.context import Context
from stacks.rules.findings import Diagnostic, Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import Rule

TEXT = """services:
  train:
    image: pytorch/pytorch
    gpus:
      - count: 1
        device_ids: ["0"]
"""


def count_with_ids(document: Document, context: Context) -> Iterator[Finding]:
    """A request names GPUs or counts them.

    Docker Compose refuses a request that does both.

    ```yaml bad
    a: 1
    ```
    ```yaml good
    a: 2
    ```

    - One way is to remove the number of GPUs, which keeps those that are named by their ids and gives no other one.
    - The other is to remove the ids.
    """
    yield from ()


RULE = Rule(
    "DEV901",
    "count-with-ids",
    "A request sets both count and ids",
    Layer.COMPOSE,
    Severity.ERROR,
    Document,
    frozenset({"host", "gpus"}),
    frozenset(),
    count_with_ids,
    "https://example.org/a?b=1,2",
)
LAYERS = (
    LayerRun(Layer.YAML, True, ""),
    LayerRun(Layer.SCHEMA, True, ""),
    LayerRun(Layer.COMPOSE, True, ""),
    LayerRun(Layer.GPU, True, ""),
    LayerRun(Layer.HOST, False, "not checked: no host is chosen"),
    LayerRun(Layer.PRACTICE, True, ""),
)


def span_of(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def diagnostic(
    text: str,
    part: str,
    *,
    message: str = "both `count` and `device_ids` are set",
    hint: str = "keep one of them",
    severity: Severity = Severity.ERROR,
    related: str | None = None,
    fix: tuple[str, str, bool] | None = None,
    path: tuple[str | int, ...] = ("services", "train", "gpus", 0, "count"),
) -> Diagnostic:
    """A finding on `part` of the text; `fix` is (title, replacement of that part, safe)."""
    span = span_of(text, part)
    repair = None if fix is None else Fix(fix[0], lambda: [TextEdit(span, fix[1])], fix[2])
    others = () if related is None else (Related(span_of(text, related), "the ids are here"),)
    finding = Finding(span, message, hint, repair, others)
    return Diagnostic(RULE, severity, finding, "train" if path else None, path)


def checked(
    text: str,
    diagnostics: Sequence[Diagnostic] = (),
    *,
    suppressed: Sequence[Diagnostic] = (),
    path: str = "compose.yaml",
    layers: tuple[LayerRun, ...] = LAYERS,
) -> CheckedFile:
    return CheckedFile(path, Report(parse_document(text), layers, tuple(diagnostics), tuple(suppressed)))
