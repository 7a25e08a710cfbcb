from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Service
from stacks.compose.variable_edits import set_variable
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV405",
    title="A variable's value begins with a space",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/reference/compose-file/services/#environment",
)
def space_before_value(service: Service, context: Context) -> Iterator[Finding]:
    """In the list form of `environment` all that follows the first `=` is the value, spaces included: `NAME= value`
    gives the container ` value`. Paths are not found and words are not known.

    Write `NAME=value`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - HF_HOME= /data/huggingface
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - HF_HOME=/data/huggingface
    ```
    """
    for variable in service.environment:
        value = variable.value
        if not variable.in_list or not value or not value[0].isspace() or not value.strip():
            continue
        yield Finding(
            variable.value_span,
            f"the value of `{variable.name}` will begin with a space: what follows `=` is the value",
            "Delete the space after `=`.",
            Fix(
                "delete the space after `=`",
                partial(set_variable, service, variable, value.lstrip()),
                safe=variable.node.is_plain,
            )
            if variable.node.interpolated is None
            else None,
        )
