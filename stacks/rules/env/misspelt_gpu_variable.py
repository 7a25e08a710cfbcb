from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.source import TextEdit
from stacks.compose.values import quote
from stacks.compose.variable_edits import variable_path
from stacks.facts.environment import variable_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV302",
    title="The name of a GPU variable is misspelt",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def misspelt_gpu_variable(service: Service, context: Context) -> Iterator[Finding]:
    """A variable of another name is read by nobody. `NVIDIA_DISABLE_REQUIRES`, with an S, can be found in threads, even
    NVIDIA's own; the toolkit reads `NVIDIA_DISABLE_REQUIRE`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          NVIDIA_DISABLE_REQUIRES: "1"
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          NVIDIA_DISABLE_REQUIRE: "1"
        gpus: all
    ```
    """
    for variable in service.environment:
        meant = variable_meant(variable.name)
        if meant is not None:
            yield Finding(
                variable.name_span,
                f"nothing will read {quote(variable.name)}: the variable is called `{meant}`",
                f"Write `{meant}`.",
                _renamed(service, variable, meant, context) if service.variable(meant) is None else None,
            )


def _renamed(service: Service, variable: EnvironmentVariable, meant: str, context: Context) -> Fix | None:
    path = variable_path(service, variable)

    def make_edits() -> tuple[TextEdit, ...]:
        if not variable.in_list:
            return editing.rename_key(context.document, path, meant)
        if variable.name_span != variable.node.span:
            return (TextEdit(variable.name_span, meant),)
        return editing.set_value(context.document, path, meant + variable.node.text.removeprefix(variable.name))

    return Fix(f"write `{meant}`", make_edits)
