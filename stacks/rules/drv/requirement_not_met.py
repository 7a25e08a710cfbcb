from collections.abc import Iterator, Mapping

from stacks.compose.document import Document, Service
from stacks.compose.environment import EnvironmentVariable
from stacks.facts.cuda import parse_driver
from stacks.facts.cuda_tags import newest_for
from stacks.facts.gpus import compute_capability_of
from stacks.facts.requirements import evaluate, malformed, skips_check
from stacks.gpu_use import host_label, requests_gpu
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import HOST, rule

_PREFIX = "NVIDIA_REQUIRE_"


@rule(
    "DRV104",
    title="The host does not meet a requirement that the service states",
    layer=Layer.HOST,
    severity=Severity.ERROR,
    on=Document,
    needs=(HOST,),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def requirement_not_met(document: Document, context: Context) -> Iterator[Finding]:
    """`NVIDIA_REQUIRE_CUDA` and its like say what a container demands of driver and GPU: `cuda>=12.8`, `driver>=570`,
    `arch>=8.0`. A space is OR, a comma is AND. NVIDIA's toolkit compares them with the host and does not start the
    container where they are not met: `unsatisfied condition: cuda>=12.8`. CUDA images set the variable themselves; what
    the file says takes its place.

    Update the driver, take an image with an older CUDA, or correct the variable.

    ```yaml bad
    # host: r535
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        environment:
          NVIDIA_REQUIRE_CUDA: cuda>=12.8
        gpus: [{count: 1}]
    ```
    ```yaml good
    # host: r535
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        environment:
          NVIDIA_REQUIRE_CUDA: cuda>=12.8 cuda>=12.2,driver>=535
        gpus: [{count: 1}]
    ```
    """
    known: Mapping[str, tuple[int, ...] | None] | None = None
    for service in document.services:
        for variable in service.environment:
            if not variable.name.startswith(_PREFIX) or not variable.value or malformed(variable.value):
                continue
            if not requests_gpu(service) or _is_switched_off(service):
                break
            known = known or _facts(context)
            outcome = evaluate(variable.value, known)
            if outcome.met is False:
                yield _finding(variable, outcome.failing, known, context)


def _is_switched_off(service: Service) -> bool:
    variable = service.variable("NVIDIA_DISABLE_REQUIRE")
    return variable is not None and skips_check(variable.value)


def _facts(context: Context) -> Mapping[str, tuple[int, ...] | None]:
    host = context.snapshot()
    capabilities = {compute_capability_of(gpu) for gpu in host.gpus or ()}
    return {
        "cuda": newest_for(host),
        "driver": parse_driver(host.driver_version) if host.driver_version else None,
        "arch": capabilities.pop() if len(capabilities) == 1 else None,
    }


def _finding(
    variable: EnvironmentVariable, failing: str, known: Mapping[str, tuple[int, ...] | None], context: Context
) -> Finding:
    name = failing.split("<")[0].split(">")[0].split("=")[0].rstrip("!")
    host, has = context.snapshot(), ".".join(str(number) for number in known.get(name) or ())
    facts = {"cuda": f"its driver runs CUDA {has}", "arch": f"its GPU has {has}"}
    return Finding(
        variable.value_span,
        f"this container will not start: {host_label(host)} does not meet `{failing}`, "
        f"{facts.get(name, f'it has driver {host.driver_version}')}",
        "Update the driver of the host, take an image with an older CUDA, or correct the variable.",
    )
