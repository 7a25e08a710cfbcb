from collections.abc import Iterator
from functools import partial

from stacks.compose.document import Service
from stacks.compose.variable_edits import set_variable
from stacks.facts.environment import is_read_by_gpu_stack
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_QUOTES = ('"', "'")


@rule(
    "ENV406",
    title="Quotes are part of a variable's value",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/reference/compose-file/services/#environment",
)
def quotes_in_list_item(service: Service, context: Context) -> Iterator[Finding]:
    """In the list form of `environment` the item is one string: the quotes in `- NAME="value"` come after it has begun,
    so YAML leaves them alone and the container gets them as part of the value. A path or a token in quotes is another
    path or token. (A shell or an `.env` file would take them away.)

    Leave the quotes away, or put them around the whole item.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - HF_HOME="/data/huggingface"
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
        if not variable.in_list or value is None or value[:1] not in _QUOTES or len(value) < 2:
            continue
        inner = value[1:-1]
        if value[0] != value[-1] or value[0] in inner or is_read_by_gpu_stack(variable.name):
            continue  # GPU variables have a rule of their own
        yield Finding(
            variable.value_span,
            f"the container will get the quotes as part of `{variable.name}`: the item is one string",
            "Remove the quotes, or put them around the whole item.",
            Fix(
                "remove the quotes",
                partial(set_variable, service, variable, inner),
                safe=False,
            )
            if variable.node.interpolated is None
            else None,
        )
