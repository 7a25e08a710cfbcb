from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.facts.requirements import malformed
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DRV105",
    title="A requirement of driver or GPU cannot be read",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def malformed_requirement(service: Service, context: Context) -> Iterator[Finding]:
    """`NVIDIA_REQUIRE_CUDA` and its like hold conditions: a name (`cuda`, `driver`, `arch`, `brand`), a sign (`=`,
    `!=`, `<`, `<=`, `>`, `>=`) and a value, without spaces in between. A space means OR, a comma AND. What is no
    condition cannot be met.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        environment:
          NVIDIA_REQUIRE_CUDA: "12.4"
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        environment:
          NVIDIA_REQUIRE_CUDA: cuda>=12.4
        gpus: all
    ```
    """
    for variable in service.environment:
        if not variable.name.startswith("NVIDIA_REQUIRE_") or not variable.value or not variable.value.strip():
            continue
        part = malformed(variable.value)
        if part is not None:
            yield Finding(
                variable.value_span,
                f"this container may not start: in `{variable.name}` {quote(part)} is no condition",
                "Write a name, a sign and a version without spaces, such as `cuda>=12.4`.",
            )
