from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Node, Path, Scalar, Sequence
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV401",
    title="A device id is not a string",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#device_ids",
)
def device_id_not_a_string(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Ids are strings, those of GPUs by number too: `["0"]`. Docker Compose refuses `[0]` with
    `device_ids.0 must be a string` and starts nothing.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: [0]
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
                  device_ids: ["0"]
                  capabilities: [gpu]
    ```
    """
    entry = request.get("device_ids")
    if entry is None or not isinstance(entry.value, Sequence):
        return
    taken = {item.string for item in entry.value.items if isinstance(item, Scalar) and isinstance(item.value, str)}
    for index, item in enumerate(entry.value.items):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            continue
        span = entry.value.item_span(index)
        yield Finding(
            span if span.end > span.start else entry.key.span,
            f"Docker Compose will refuse this file: {_what(item)} is not a string",
            'Write ids in quotes: `["0"]`.',
            _quoted(item, taken, (*request.path, "device_ids", index), context),
        )


def _what(item: Node) -> str:
    if not isinstance(item, Scalar):
        return "an item of `device_ids`"
    return "an empty item of `device_ids`" if item.value is None else f"the id {quote(item.string)}"


def _quoted(item: Node, taken: set[str], path: Path, context: Context) -> Fix | None:
    """The number as an index, in quotes, unless it stands there already; nothing else has a certain repair."""
    if (
        not isinstance(item, Scalar)
        or isinstance(item.value, bool)
        or not isinstance(item.value, int)
        or item.value < 0
    ):
        return None
    text = str(item.value)
    if text in taken:
        return Fix(f"remove the second {text}", lambda: editing.delete(context.document, path, in_place=True))
    taken.add(text)
    return Fix(f'write `"{text}"`', lambda: editing.set_value(context.document, path, text, in_place=True))
