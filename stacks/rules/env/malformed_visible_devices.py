from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.gpu_identifiers import is_whole_uuid, split_identifiers
from stacks.compose.gpu_requests import runs_nvidia, selection_in
from stacks.compose.values import quote
from stacks.compose.variable_edits import set_variable
from stacks.facts.visible_devices import NOTHING_WORDS, read_visible_devices
from stacks.gpu_variables import runs_nvidia_by_default
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_WORDS = NOTHING_WORDS | {"all"}


@rule(
    "ENV204",
    title="NVIDIA_VISIBLE_DEVICES names what is no GPU",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def malformed_visible_devices(service: Service, context: Context) -> Iterator[Finding]:
    """NVIDIA's runtime takes a list by commas: indexes (`0,1`), UUIDs (`GPU-…`, `MIG-…`), MIG instances by place
    (`0:1`), CDI names, or one of the words `all`, `none` and `void`, in lower case. A range, another separator, a UUID
    without its `GPU-` or a word such as `true` names no device, and the container does not start: `device error:
    unknown device`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: 0-3
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        runtime: nvidia
        environment:
          NVIDIA_VISIBLE_DEVICES: 0,1,2,3
    ```
    """
    variable = service.variable("NVIDIA_VISIBLE_DEVICES")
    if variable is None or variable.value is None or any(each.is_for_gpus for each in service.device_requests):
        return
    by_default = service.runtime is None and runs_nvidia_by_default(context.host)
    part = read_visible_devices(variable.value).malformed
    if part is None or not (runs_nvidia(service) or by_default):
        return
    if variable.in_list and variable.value.strip()[:1] in ("'", '"'):
        return  # the quotes are the fault, and another rule's
    only_spaces = part.strip() in _WORDS or read_visible_devices(part.strip()).malformed is None
    yield Finding(
        variable.value_span,
        f"this container {'may' if only_spaces else 'will'} not start: for NVIDIA's runtime {quote(part)} is no GPU",
        "Write indexes or UUIDs with commas between and no spaces, or `all`.",
        _repair(service, variable),
        severity=Severity.WARNING if only_spaces else None,
    )


def _repair(service: Service, variable: EnvironmentVariable) -> Fix | None:
    if variable.node.interpolated is not None:
        return None
    value = _meant((variable.value or "").strip())
    return None if value is None else Fix(f"write {quote(value)}", lambda: set_variable(service, variable, value))


def _meant(text: str) -> str | None:
    if is_whole_uuid(text):
        return f"GPU-{text}"
    if text.lower() in _WORDS:
        return text.lower()
    selection = selection_in(text)
    if selection is not None:
        return ",".join(selection.device_ids) or "all"
    names = [name for part in text.split(",") for name in split_identifiers(part) or (part.strip(),)]
    return ",".join(names) if read_visible_devices(",".join(names)).malformed is None else None
