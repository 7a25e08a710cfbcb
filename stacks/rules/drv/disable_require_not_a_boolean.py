from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable, set_variable
from stacks.facts.requirements import is_boolean
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_MEANT = frozenset({"yes", "on", "y", "enable", "enabled", "all"})


@rule(
    "DRV109",
    title="NVIDIA_DISABLE_REQUIRE has a value that the toolkit does not understand",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://github.com/NVIDIA/nvidia-container-toolkit/blob/main/internal/config/image/cuda_image.go",
)
def disable_require_not_a_boolean(service: Service, context: Context) -> Iterator[Finding]:
    """The toolkit reads `NVIDIA_DISABLE_REQUIRE` as a boolean of Go: `1`, `t`, `true` switch the check of the driver
    off, `0`, `f`, `false` leave it. Anything else, such as `yes` or `on`, counts as `false`, without a word: the
    container is still refused with `unsatisfied condition`.

    ```yaml bad
    services:
      train:
        image: nvidia/cuda:12.8.1-base-ubuntu24.04
        environment:
          NVIDIA_DISABLE_REQUIRE: yes
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: nvidia/cuda:12.8.1-base-ubuntu24.04
        environment:
          NVIDIA_DISABLE_REQUIRE: "1"
        gpus: all
    ```
    """
    variable = service.variable("NVIDIA_DISABLE_REQUIRE")
    if variable is None or variable.value is None or is_boolean(variable.value):
        return
    fix = Fix("remove the variable", lambda: remove_variable(service, variable.name), safe=False)
    if variable.value.strip("'\" ").lower() in _MEANT | {"true", "1"}:
        fix = Fix("write `1`", lambda: set_variable(service, variable, "1"))
    yield Finding(
        variable.value_span if variable.value else variable.name_span,
        f"the driver will still be checked: for the toolkit {quote(variable.value)} is not true",
        "Write `1` to switch the check off, or remove the variable.",
        fix if variable.node.interpolated is None else None,
    )
