from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.environment import variables_read_by_gpu_stack
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV104",
    title="Quotes are part of a GPU variable's value",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/reference/compose-file/services/#environment",
)
def quotes_inside_value(service: Service, context: Context) -> Iterator[Finding]:
    """In the list form of `environment` the item is one string: in `- CUDA_VISIBLE_DEVICES="0"` the quotes come after
    the string has begun and so belong to the value. CUDA then reads `"0"`, quotes included, which is no GPU, and sees
    none (measured). The toolkit does not know such a device or capability either, and the container does not start.

    Leave the quotes away, or put them around the whole item.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES="0"
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          - CUDA_VISIBLE_DEVICES=0
        gpus: all
    ```
    """
    for name in variables_read_by_gpu_stack():
        variable = service.variable(name)
        value = variable.value if variable is not None else None
        if variable is None or value is None or not variable.in_list:
            continue
        inner = value.strip().strip("'\"")
        if inner == value.strip() or value.strip()[:1] not in ("'", '"'):
            continue
        effect = "this container will see no GPU" if name.startswith("CUDA") else "this container will not start"
        yield Finding(
            variable.value_span,
            f"{effect}: the quotes are part of the value {quote(value)}",
            "Remove the quotes, or put them around the whole item.",
            _repair(service, variable, inner, context) if variable.node.interpolated is None else None,
            severity=Severity.WARNING if name == "CUDA_DEVICE_ORDER" else None,
        )


def _repair(service: Service, variable: EnvironmentVariable, inner: str, context: Context) -> Fix | None:
    return Fix("remove the quotes", lambda: set_variable(service, variable, inner))
