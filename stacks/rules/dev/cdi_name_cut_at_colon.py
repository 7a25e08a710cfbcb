from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_identifiers import IdentifierKind, identifier_kind
from stacks.compose.gpu_requests import CDI_GPU
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "DEV610",
    title="The CDI name of a MIG instance is cut at its colon",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("devices",),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/transform/devices.go",
)
def cdi_name_cut_at_colon(service: Service, context: Context) -> Iterator[Finding]:
    """`nvidia.com/gpu=1:0` is the CDI name of MIG instance 0 of GPU 1, and `docker run --device` takes it. In the short
    form of `devices`, Docker Compose cuts at a colon, as in `/dev/a:/dev/b`, and asks for a device node
    `nvidia.com/gpu=1`. The container does not start: `error gathering device information while adding custom device`
    (seen with Compose 2.40 and Engine 28).

    Write the long form, with the name as source and as target, or name the instance by its UUID.

    ```yaml bad
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - nvidia.com/gpu=1:0
    ```
    ```yaml good
    services:
      chat:
        image: ollama/ollama:0.13.5
        devices:
          - source: nvidia.com/gpu=1:0
            target: nvidia.com/gpu=1:0
    ```
    """
    node = service.sequence("devices")
    for index, item in enumerate(node.items if node is not None else ()):
        if node is None or not isinstance(item, Scalar) or not item.string.startswith(CDI_GPU):
            continue
        if identifier_kind(item.string.removeprefix(CDI_GPU)) is not IdentifierKind.MIG_POSITION:
            continue
        path = (*service.path, "devices", index)
        edits = partial(editing.set_value, service.document, path, {"source": item.string, "target": item.string})
        yield Finding(
            node.item_span(index),
            f"this container will not start: Docker Compose cuts {quote(item.string)} at its colon, and takes what is"
            " before it for a path",
            f"Write it as `source` and as `target`, or name the instance by its UUID: `{CDI_GPU}MIG-…`.",
            fix_at(service.document, path, "write `source` and `target`", edits) if item.interpolated is None else None,
        )
