from collections.abc import Iterator

from stacks.allocation import CDI_GPU, GpuClaim, service_claims
from stacks.compose.document import Service
from stacks.compose.gpu_requests import runs_nvidia
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable
from stacks.facts.visible_devices import read_visible_devices
from stacks.gpu_variables import runs_nvidia_by_default
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "ENV206",
    title="NVIDIA_VISIBLE_DEVICES names other GPUs than the CDI devices",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("environment",),
    url="https://docs.docker.com/build/building/cdi/",
)
def visible_devices_beside_cdi(service: Service, context: Context) -> Iterator[Finding]:
    """A CDI device is put into the container by the engine itself. `NVIDIA_VISIBLE_DEVICES` is read by NVIDIA's runtime
    and its hook only, which have no part in that: the container gets the CDI devices, whatever the variable says.

    Name the GPUs in one place, as CDI devices, and remove the variable.

    ```yaml bad
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=0
        environment:
          NVIDIA_VISIBLE_DEVICES: "1"
    ```
    ```yaml good
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=1
    ```
    """
    variable = service.variable("NVIDIA_VISIBLE_DEVICES")
    claims = tuple(service_claims(service))
    if variable is None or not variable.value or not claims or not all(_is_cdi(claim) for claim in claims):
        return
    if runs_nvidia(service) or runs_nvidia_by_default(context.host):
        return
    read = read_visible_devices(variable.value)
    named = {name.strip().removeprefix(CDI_GPU) for name in read.names}
    given = {each.text.strip() for claim in claims for each in claim.identifiers} or {"all"}
    if read.nothing is None and named != given and "all" not in named:
        yield Finding(
            variable.value_span,
            f"`NVIDIA_VISIBLE_DEVICES` {quote(variable.value)} will be ignored: this container gets its CDI devices",
            "Name the GPUs as CDI devices, and remove the variable.",
            Fix("remove the variable", lambda: remove_variable(service, variable.name), safe=False),
            (Related(claims[0].span, "this device counts"),),
        )


def _is_cdi(claim: GpuClaim) -> bool:
    return claim.mapping is not None or (claim.request is not None and claim.request.is_cdi)
