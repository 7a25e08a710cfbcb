from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "DEV404",
    title="A device request names a GPU twice",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#device_ids",
)
def device_id_twice(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The items of `device_ids` have to differ: Docker Compose refuses a list with the same id twice (`items at 0 and
    1 are equal`). A GPU cannot be given twice to one container.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["0", "0"]
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
    first: dict[tuple[type, str], int] = {}
    for index, item in enumerate(entry.value.items):
        if not isinstance(item, Scalar):
            continue
        same = (type(item.value), str(item.value))
        if same not in first:
            first[same] = index
            continue
        yield Finding(
            entry.value.item_span(index),
            f"Docker Compose will refuse this file: `device_ids` names {quote(item.string)} twice",
            "Name each GPU once.",
            _removal(context, (*request.path, "device_ids", index)) if item.interpolated is None else None,
            (Related(entry.value.item_span(first[same]), "named here first"),),
        )


def _removal(context: Context, path: Path) -> Fix | None:
    return Fix("remove the second one", lambda: editing.delete(context.document, path, in_place=True))
