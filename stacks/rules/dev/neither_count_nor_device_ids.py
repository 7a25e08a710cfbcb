from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_requests import REQUEST_KEYS, is_split
from stacks.compose.nodes import Mapping
from stacks.facts.engine import Feature, is_before
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV102",
    title="A device request sets neither count nor device_ids",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://github.com/docker/docs/issues/21026",
)
def neither_count_nor_device_ids(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """What such a request gives depends on who reads it. Docker Compose 2.30 and later ask for all GPUs, as the
    documentation says. Compose 2.0 to 2.29 send a count of 0: Docker Engine 27.3 to 29.1 then gives **no GPU and no
    error**, and older engines leave the choice to the image. The Docker SDK for Python also means none.

    Write what is meant: `count: all`, a number, or `device_ids`. For a host whose Compose is known to ask for all, this
    is only noted.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  capabilities: [gpu]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: all
                  capabilities: [gpu]
    ```
    """
    node = request.node
    if not isinstance(node, Mapping) or request.get("count") or request.get("device_ids") or request.is_cdi:
        return
    if is_split(request):
        return  # the rest of it stands beside, after a dash too many
    if not request.is_for_gpus or any(name not in REQUEST_KEYS for name in node.effective if not name.startswith("x-")):
        return  # an unknown key may be the count or the ids, misspelt
    first = node.entries[0].key.span if node.entries else request.span
    engine = context.host.engine if context.host is not None else None
    compose = engine.compose_version if engine is not None else None
    is_settled = compose is not None and not is_before(compose, Feature.COUNT_DEFAULT)
    given = f"all GPUs with Docker Compose {compose}, and elsewhere perhaps none" if is_settled else "all GPUs, or none"
    yield Finding(
        first,
        f"this request gives {given}: it sets neither `count` nor `device_ids`, and versions of Docker differ",
        "Write `count: all`, a number, or `device_ids`.",
        Fix(
            "write `count: all`",
            lambda: editing.set_value(context.document, (*request.path, "count"), "all", in_place=True),
        ),
        severity=Severity.INFO if is_settled else None,
    )
