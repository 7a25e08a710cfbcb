from collections.abc import Iterator

from stacks.compose.decoding import DecodingFault, decoding_problems
from stacks.compose.document import Document
from stacks.compose.nodes import Scalar, find
from stacks.compose.schema_faults import Rewrite
from stacks.compose.schema_wording import label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import rewriting
from stacks.rules.registry import rule


@rule(
    "COM051",
    title="A duration cannot be read",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/types/types.go",
)
def malformed_duration(document: Document, context: Context) -> Iterator[Finding]:
    """A duration is one or more decimals, each with its unit: `30s`, `1m30s`, `1.5h`. Docker Compose refuses the
    file where the unit is missing or is a word.

    Write `30s` for thirty seconds.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        stop_grace_period: "30"
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        stop_grace_period: 30s
    ```
    """
    for problem in decoding_problems(document):
        if problem.fault is DecodingFault.DURATION:
            message = f"Docker Compose will refuse {label(problem.path)}: {problem.reason}"
            node = find(document.root, *problem.path)
            meant = f"{node.text.strip()}s" if isinstance(node, Scalar) else ""
            is_bare = meant[:-1].isascii() and meant[:-1].isdigit()
            fix = rewriting(document, Rewrite(problem.path, meant, meant, safe=False)) if is_bare else None
            yield Finding(problem.span, message, "Write numbers with units, such as `30s` or `1m30s`.", fix)
