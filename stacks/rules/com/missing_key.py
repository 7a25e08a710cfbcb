from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.schema import SchemaFault, general_problems
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "COM012",
    title="A key that Compose needs is missing",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def missing_key(document: Document, context: Context) -> Iterator[Finding]:
    """Some mappings are nothing without a certain key: a device request without `capabilities`, a long volume
    without `type`, a dependency without `condition`, an `env_file` item without `path`. Docker Compose refuses
    the file.

    Add the key.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        volumes:
          - source: ./data
            target: /data
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        volumes:
          - type: bind
            source: ./data
            target: /data
    ```
    """
    problems = general_problems(document)
    joined = {problem.rewrite.path for problem in problems if problem.rewrite is not None}  # to be one text
    for problem in problems:
        if problem.fault is SchemaFault.MISSING_KEY and problem.path[:-1] not in joined:
            yield Finding(problem.span, problem.message, problem.hint, related=problem.related)
