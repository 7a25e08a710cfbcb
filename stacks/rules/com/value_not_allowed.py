from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.schema import SchemaFault, general_problems
from stacks.compose.source import Span, TextEdit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM013",
    title="A value is not one of those allowed",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def value_not_allowed(document: Document, context: Context) -> Iterator[Finding]:
    """At some places Docker Compose takes one of a few words, or a number within bounds: `gpus: all`, the `type` of
    a volume, the `condition` of a dependency, `oom_score_adj` from -1000 to 1000. It refuses the file for
    anything else.

    Write one of the values that the message lists.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        cgroup: shared
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        cgroup: private
    ```
    """
    for problem in general_problems(document):
        if problem.fault is SchemaFault.VALUE:
            fix = _replace(problem.span, problem.suggestion) if problem.suggestion is not None else None
            yield Finding(problem.span, problem.message, problem.hint, fix)


def _replace(span: Span, value: str) -> Fix:
    return Fix(f"write `{value}`", lambda: (TextEdit(span, value),))
