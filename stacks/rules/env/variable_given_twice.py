from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.source import TextEdit
from stacks.compose.variable_edits import variable_path
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "ENV404",
    title="A variable is given twice",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/reference/compose-file/services/#environment",
)
def variable_given_twice(service: Service, context: Context) -> Iterator[Finding]:
    """Where a list gives a variable twice, the last item counts and the others are lost without a word. (The same key
    twice in the map form is refused by Docker Compose.)

    Remove the item that does not count.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - NCCL_DEBUG=WARN
          - NCCL_DEBUG=INFO
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - NCCL_DEBUG=INFO
    ```
    """
    variables = service.environment
    if not variables or not variables[0].in_list or len({each.name for each in variables}) == len(variables):
        return
    last = {variable.name: variable for variable in variables}
    for variable in variables:
        counting = last[variable.name]
        if counting is not variable and counting.node.string != variable.node.string:
            yield Finding(
                variable.span,
                f"this value of `{variable.name}` will be lost: a later item gives the variable again",
                "Remove the item that is not meant.",
                Fix("remove the item that does not count", partial(_removal, service, variable)),
                (Related(counting.span, "this item counts"),),
            )


def _removal(service: Service, variable: EnvironmentVariable) -> tuple[TextEdit, ...]:
    return editing.delete(service.document, variable_path(service, variable))
