from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest, RequestOrigin
from stacks.compose.gpu_requests import REQUEST_KEYS, is_split
from stacks.compose.nodes import Mapping
from stacks.compose.schema_gpu_places import stray_request_keys
from stacks.facts.device_requests import key_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV201",
    title="A device request has no capabilities",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#capabilities",
)
def capabilities_missing(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Under `deploy.resources.reservations.devices` every request has to say what kind of device it wants. Without
    `capabilities` Docker Compose refuses the file and starts nothing. (Under `gpus:` the key may be left away: the kind
    is plain there.)

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  count: 1
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
                  count: 1
                  capabilities: [gpu]
    ```
    """
    node = request.node
    if request.origin is not RequestOrigin.DEPLOY or not isinstance(node, Mapping) or request.get("capabilities"):
        return
    if any(key_meant(name) == "capabilities" for name in node.effective if name not in REQUEST_KEYS):
        return  # they are there, misspelt
    split = is_split(request)
    stray = any(path[-1] == "capabilities" for path in stray_request_keys(request.service.node))
    yield Finding(
        node.entries[0].key.span if node.entries else request.span,
        "Docker Compose will refuse this file: a device request under `deploy` has to have `capabilities`",
        "Remove the dashes before the keys: each begins a request of its own."
        if split
        else "Add `capabilities: [gpu]`.",
        None
        if split or stray
        else Fix(
            "add `capabilities: [gpu]`",
            lambda: editing.set_value(context.document, (*request.path, "capabilities"), ["gpu"], in_place=True),
        ),
    )
