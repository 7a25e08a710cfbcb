import re
from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.values import quote
from stacks.compose.variable_edits import variable_path
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_ASSIGNMENT = lazy_pattern(r"([A-Za-z_][A-Za-z0-9_]*)(?:\s*:\s*|\s+)(\S.*)\Z", re.DOTALL)


@rule(
    "ENV403",
    title="An item of environment has no equals sign",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/reference/compose-file/services/#environment",
)
def item_without_equals(service: Service, context: Context) -> Iterator[Finding]:
    """In the list form of `environment` an item is `NAME=value`. An item without `=` is a name alone, whose value
    Docker Compose takes from its own environment. `NAME:value` and `NAME value` are such names, which no environment
    has: the variable is not set, and nobody says so.

    Write `NAME=value`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - "NCCL_DEBUG: INFO"
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - NCCL_DEBUG=INFO
    ```
    """
    for variable in service.environment:
        if variable.in_list and variable.value is None and (match := _ASSIGNMENT.match(variable.name)):
            name, value = match.groups()
            yield Finding(
                variable.span,
                f"`{name}` will not be set: without `=` the whole item {_shown(variable)} is a name",
                f"Write `{name}=…`.",
                Fix(f"write `{name}=…`", partial(_edits, service, variable, f"{name}={value}"))
                if variable.node.interpolated is None
                else None,
            )


def _shown(variable: EnvironmentVariable) -> str:
    """The item as far as it cannot be a secret."""
    return quote(variable.name[: len(variable.name.split(":")[0].split()[0]) + 1] + "…")


def _edits(service: Service, variable: EnvironmentVariable, text: str) -> editing.Edits:
    return editing.set_value(service.document, variable_path(service, variable), text)
