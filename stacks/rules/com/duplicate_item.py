from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Document
from stacks.compose.schema import SchemaFault, SchemaProblem, general_problems
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM014",
    title="A list has an item twice",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def duplicate_item(document: Document, context: Context) -> Iterator[Finding]:
    """Some lists may hold each item once, and Docker Compose refuses the file where one comes twice: `device_ids`,
    `capabilities`, `depends_on`, `networks`, `security_opt` and others. (From `ports`, `volumes`, `environment`
    and a few more it drops the earlier one without a word.)

    Delete one of the two.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        depends_on: [store, store]
      store:
        image: redis
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        depends_on: [store]
      store:
        image: redis
    ```
    """
    for problem in general_problems(document):
        if problem.fault is SchemaFault.DUPLICATE:
            yield _finding(document, problem)


def _finding(document: Document, problem: SchemaProblem) -> Finding:
    fix = Fix("delete the second", lambda: editing.delete(document, problem.path))
    return Finding(problem.span, problem.message, problem.hint, fix, problem.related)
