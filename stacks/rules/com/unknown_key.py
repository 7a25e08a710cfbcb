from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.schema import SchemaFault, general_problems
from stacks.compose.source import Span, TextEdit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import rewriting
from stacks.rules.registry import rule


@rule(
    "COM010",
    title="A key is not known at its place",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def unknown_key(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose refuses a file with a key that it does not know, be it misspelt or at the wrong depth:
    `enviroment:` in a service, `devices:` under `deploy.resources.limits`, `image:` at the left edge. Keys that
    begin with `x-` are free, for notes and for what anchors share.

    Where one known key is all but the same, the fix writes that; where the key belongs elsewhere, the hint says
    where.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        enviroment:
          NCCL_DEBUG: INFO
    ```
    ```yaml good
    x-note: the trainer
    services:
      train:
        image: pytorch/pytorch
        environment:
          NCCL_DEBUG: INFO
    ```
    """
    for problem in general_problems(document):
        if problem.fault is SchemaFault.UNKNOWN_KEY:
            fix = _rename(problem.span, problem.suggestion) if problem.suggestion is not None else None
            fix = rewriting(document, problem.rewrite) if problem.rewrite is not None else fix
            yield Finding(problem.span, problem.message, problem.hint, fix)


def _rename(span: Span, name: str) -> Fix:
    return Fix(f"rename the key to `{name}`", lambda: (TextEdit(span, name),))
