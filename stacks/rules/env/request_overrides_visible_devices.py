from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import ALL_GPUS, DeviceRequest
from stacks.compose.document import Service
from stacks.compose.environment import EnvironmentVariable
from stacks.compose.gpu_requests import GpuSelection, in_service, selection_in
from stacks.compose.values import quote
from stacks.compose.variable_edits import remove_variable
from stacks.gpu_variables import given_by
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "ENV202",
    title="A device request overrides NVIDIA_VISIBLE_DEVICES",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("environment",),
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def request_overrides_visible_devices(service: Service, context: Context) -> Iterator[Finding]:
    """For a service with a device request the engine sets `NVIDIA_VISIBLE_DEVICES` itself, after the file's own, and
    the toolkit takes the last one. So `NVIDIA_VISIBLE_DEVICES: "1"` beside `count: 1` gives GPU 0: a count always
    means the first GPUs.

    Say which GPUs with `device_ids`, and leave the variable away. Where it says `all` beside a narrower request it is
    only noise.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        environment:
          NVIDIA_VISIBLE_DEVICES: "1"
        gpus:
          - count: 1
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - device_ids: ["1"]
    ```
    """
    variable = service.variable("NVIDIA_VISIBLE_DEVICES")
    requests = [request for request in service.device_requests if request.is_for_gpus and not request.is_cdi]
    if variable is None or variable.value is None or len(requests) != 1:
        return
    given, wanted = given_by(requests[0]), selection_in(variable.value)
    if given is None or _is_same(given, wanted):
        return
    noise = wanted is None or not wanted.device_ids
    yield Finding(
        variable.value_span if variable.value else variable.name_span,
        f"`NVIDIA_VISIBLE_DEVICES` {quote(variable.value)} will be ignored: the request gives {given}",
        "Remove the variable." if noise else "Name these GPUs with `device_ids`, and remove the variable.",
        _repair(service, variable, requests[0], wanted if not noise else None, context),
        (Related(requests[0].span, "this request counts"),),
        severity=Severity.INFO if noise else None,
    )


def _is_same(given: GpuSelection, wanted: GpuSelection | None) -> bool:
    if wanted is None:
        return False
    if not wanted.device_ids:
        return not given.device_ids and given.count == ALL_GPUS
    if not given.device_ids and given.count != len(set(wanted.device_ids)):
        return False
    names = set(given.device_ids) or {str(index) for index in range(given.count)}
    return names == set(wanted.device_ids)


def _repair(
    service: Service,
    variable: EnvironmentVariable,
    request: DeviceRequest,
    wanted: GpuSelection | None,
    context: Context,
) -> Fix | None:
    if wanted is None:
        return Fix("remove the variable", lambda: remove_variable(service, variable.name))
    if request.get("count") is None or variable.node.interpolated is not None:
        return None
    key = (*request.path, "count")
    return Fix(
        f"request {wanted} and remove the variable",
        lambda: in_service(
            service,
            lambda step: editing.rename_key(step.document, key, "device_ids"),
            lambda step: editing.set_value(step.document, (*key[:-1], "device_ids"), list(wanted.device_ids)),
            lambda step: remove_variable(step, variable.name),
        ),
        safe=False,
    )
