from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Document
from stacks.compose.nodes import Scalar, find
from stacks.compose.schema import SchemaFault, SchemaProblem, general_problems
from stacks.compose.source import Span, TextEdit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import rewriting
from stacks.rules.registry import rule


@rule(
    "COM011",
    title="A value is of the wrong type",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=Document,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def wrong_type(document: Document, context: Context) -> Iterator[Finding]:
    """Docker Compose wants text, a number, a truth value, a list or a mapping at each place, and refuses the file
    where something else stands. The usual cases: a number where text belongs (`memory: 16`, `user: 1000`), a list
    that lost its dashes, a key whose lines were all commented out, and a variable that is not set where a number
    is wanted.

    Give the value the form that the message names.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        user: 1000
        environment:
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        user: "1000"
    ```
    """
    for problem in general_problems(document):
        if problem.fault in (SchemaFault.WRONG_TYPE, SchemaFault.NOTHING):
            yield Finding(problem.span, problem.message, problem.hint, _fix(document, problem))


def _fix(document: Document, problem: SchemaProblem) -> Fix | None:
    node = find(document.root, *problem.path)
    if problem.fault is SchemaFault.NOTHING:
        is_optional = len(problem.path) > 2 or problem.path[0] != "services"
        return Fix("delete the empty key", lambda: editing.delete(document, problem.path)) if is_optional else None
    if problem.rewrite is not None:
        return rewriting(document, problem.rewrite)
    if problem.repair is None or not isinstance(node, Scalar) or node.span != problem.span:
        return None
    before, after, title = problem.repair
    edits = (TextEdit(Span(node.start, node.start), before), TextEdit(Span(node.end, node.end), after))
    return Fix(title, lambda: edits)
