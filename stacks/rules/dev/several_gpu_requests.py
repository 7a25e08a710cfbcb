from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.appended_requests import appended_to
from stacks.compose.devices import DeviceRequest, RequestOrigin
from stacks.compose.document import Service
from stacks.compose.gpu_requests import in_steps, is_split
from stacks.compose.nodes import Mapping
from stacks.compose.source import Span
from stacks.gpu_variables import given_by
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "DEV503",
    title="A service makes several requests for GPUs",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("deploy", "gpus"),
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def several_gpu_requests(service: Service, context: Context) -> Iterator[Finding]:
    """Two items of `devices`, or `gpus` beside `deploy.resources.reservations.devices`, are two requests. Their GPUs
    are not added up: with the NVIDIA toolkit's legacy hook each request sets the container's `NVIDIA_VISIBLE_DEVICES`
    anew and only the last one counts. `gpus` comes last. An override file easily does this: Docker Compose appends
    its list to the first file's.

    Name all GPUs in one request.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - device_ids: ["0"]
          - device_ids: ["1"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - device_ids: ["0", "1"]
    ```
    """
    requests = [request for request in service.device_requests if request.is_for_gpus and not is_split(request)]
    for request in requests[1:]:
        if appended_to(request) is not None:  # for which DEV512 has a better word
            continue
        yield Finding(
            _place(request),
            "only one of these requests will count: GPUs of several requests are not added up",
            "Make one request that names all the GPUs.",
            _repair(requests[0], request, context),
            (Related(_place(requests[0]), "requested here first"),),
        )


def _place(request: DeviceRequest) -> Span:
    if request.origin is RequestOrigin.GPUS and request.index in (None, 0):
        entry = request.service.get("gpus")
        assert entry is not None
        return entry.key.span
    if isinstance(request.node, Mapping) and request.node.entries:
        return request.node.entries[0].key.span
    return request.span


def _repair(first: DeviceRequest, second: DeviceRequest, context: Context) -> Fix | None:
    """Drop a second request that says the same, join two lists of ids; otherwise somebody has to choose."""
    document = context.document
    origins = [each.origin for each in second.service.device_requests]
    alone = second.origin is RequestOrigin.GPUS and origins.count(second.origin) == 1
    path = (*second.service.path, "gpus") if alone else second.path
    if _selection(first) == _selection(second):
        return Fix("remove the second request", lambda: editing.delete(document, path, prune=True))
    if first.origin is not second.origin:
        if not alone:
            return None
        return Fix("remove `gpus`", lambda: editing.delete(document, path), safe=False)
    kinds = {str(each.driver.string) if each.driver else "" for each in (first, second)}
    names = [node.text for each in (first, second) for node in each.device_ids or ()]
    if len(kinds) > 1 or not first.device_ids or not second.device_ids:
        return None
    return Fix(
        "name all the GPUs in the first request",
        lambda: in_steps(
            document,
            lambda step: editing.delete(step, path),
            lambda step: editing.set_value(step, (*first.path, "device_ids"), list(dict.fromkeys(names))),
        ),
    )


def _selection(request: DeviceRequest) -> tuple[object, ...]:
    return given_by(request), frozenset(node.string for node in request.capabilities or ()) - {"gpu"}
