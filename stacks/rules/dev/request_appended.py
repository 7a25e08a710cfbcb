from collections.abc import Iterator
from functools import partial

from stacks.compose.appended_requests import appended_to, overriding
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Mapping
from stacks.compose.source import Span
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "DEV512",
    title="A request for GPUs is added to that of an earlier file, not put in its place",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/merge/",
)
def request_appended(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """A later file (`-f A -f B`, `compose.override.yaml`, a further YAML document) does not replace the requests of the
    files before it: Docker Compose puts lists one behind the other, and so it does with those of a service and of the
    one that it extends. The service then makes both requests, and of several only one counts.

    Write `!override` in front of the later list (Docker Compose 2.24.4 and newer); `!reset []` takes the earlier one
    away. Or keep the request out of the first file, and have one file for each kind of host.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: 1
    ---
    services:
      train:
        gpus:
          - device_ids: ["3"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        gpus:
          - count: 1
    ---
    services:
      train:
        gpus: !override
          - device_ids: ["3"]
    ```
    """
    earlier = appended_to(request)
    if earlier is None or not (request.is_for_gpus and earlier.is_for_gpus):
        return
    yield Finding(
        _place(request),
        "this request is added to the earlier one, not put in its place, and only one of them will count",
        "Write `!override` in front of this list, or make the request in one place only.",
        Fix("put this list in place of the earlier one", partial(overriding, request), safe=False),
        (Related(_place(earlier), "requested here already"),),
    )


def _place(request: DeviceRequest) -> Span:
    if isinstance(request.node, Mapping) and request.node.entries:
        return request.node.entries[0].key.span
    return request.span
