from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_identifiers import split_identifiers
from stacks.compose.gpu_requests import as_written
from stacks.compose.nodes import Scalar, Sequence
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV405",
    title="One device id holds several",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#device_ids",
)
def device_ids_in_one_string(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Each GPU is an item of its own: `["0", "1"]`. Docker Compose takes `["0,1"]` for one id of that name. The
    legacy hook of the NVIDIA toolkit happens to read the comma as two GPUs (then this is only a warning), an engine
    that uses CDI looks for a device `nvidia.com/gpu=0,1` and finds none. A range such as `0-3`, or ids with `;` or a
    blank between them, are read by nobody: the service does not start.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["0,1"]
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
                  device_ids: ["0", "1"]
                  capabilities: [gpu]
    ```
    """
    entry = request.get("device_ids")
    if entry is None or not isinstance(entry.value, Sequence):
        return
    for item in entry.value.items:
        parts = split_identifiers(item.string) if isinstance(item, Scalar) and isinstance(item.value, str) else ()
        if not isinstance(item, Scalar) or not parts:
            continue
        by_commas = item.string == ",".join(parts) and not request.is_cdi
        yield Finding(
            item.span,
            f"this service {'may' if by_commas else 'will'} not start: {quote(item.string)} is read as one GPU's name",
            "Write each id as an item of its own.",
            _split(request, entry.value, context) if item.interpolated is None else None,
            severity=Severity.WARNING if by_commas else None,
        )


def _split(request: DeviceRequest, node: Sequence, context: Context) -> Fix | None:
    names: list[str] = []
    for item in node.items:
        if not isinstance(item, Scalar):
            return None
        names.extend(split_identifiers(item.text) or (str(as_written(item)),))
    unique = list(dict.fromkeys(names))
    path = (*request.path, "device_ids")
    return Fix(
        f"write {', '.join(quote(name) for name in unique)} as items of their own",
        lambda: editing.set_value(context.document, path, list(unique), in_place=True),
    )
