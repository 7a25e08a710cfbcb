from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable, set_variable
from stacks.facts.environment import driver_capability_meant, known_driver_capabilities
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "ENV301",
    title="NVIDIA_DRIVER_CAPABILITIES has a word that the toolkit does not know",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def unknown_driver_capability(service: Service, context: Context) -> Iterator[Finding]:
    """The toolkit knows `compute`, `compat32`, `graphics`, `utility`, `video`, `display`, `ngx` and `all`, in lower
    case. With any other word the container does not start: `unsupported capabilities found in 'gpu' (allowed
    'compute,utility')`. `gpu` is a capability of device requests, not of this variable. An empty value is the same as
    none: `compute,utility`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          NVIDIA_DRIVER_CAPABILITIES: gpu,utility
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          NVIDIA_DRIVER_CAPABILITIES: compute,utility
        gpus: all
    ```
    """
    variable = service.variable("NVIDIA_DRIVER_CAPABILITIES")
    value = variable.value if variable is not None else None
    if variable is None or value is None:
        return
    words = [word.strip() for word in value.split(",") if word.strip()]
    known = known_driver_capabilities()
    if not words:
        yield Finding(
            variable.value_span if variable.value_span.end > variable.value_span.start else variable.name_span,
            "the empty value does nothing: the toolkit takes it for `compute,utility`",
            "Name the capabilities, or remove the variable.",
            severity=Severity.INFO,
        )
    elif "all" not in words and (unknown := [word for word in words if word not in known]):
        if value.strip()[:1] in ("'", '"') and variable.in_list:
            return  # the quotes are the fault, and another rule's
        asks = asks_for_gpus(service)
        when = "" if asks else " once it has a GPU"
        yield Finding(
            variable.value_span,
            f"this container will not start{when}: the NVIDIA toolkit knows no capability "
            + " and ".join(quote(word) for word in unknown),
            "Use `compute`, `utility`, `video`, `graphics`, `display`, `compat32`, `ngx` or `all`.",
            _repair(service, variable, words, known, context) if variable.node.interpolated is None else None,
            severity=None if asks else Severity.WARNING,
        )


def _repair(
    service: Service, variable: EnvironmentVariable, words: list[str], known: frozenset[str], context: Context
) -> Fix | None:
    meant = [word if word in known else driver_capability_meant(word) for word in words]
    if None in meant:
        return None
    value = ",".join(dict.fromkeys(word for word in meant if word))
    if not value:
        return Fix(
            "remove the variable, which leaves `compute,utility`", lambda: remove_variable(service, variable.name)
        )
    return Fix(f"write {quote(value)}", lambda: set_variable(service, variable, value))
