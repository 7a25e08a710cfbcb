from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "DEV206",
    title="A device request names a capability twice",
    layer=Layer.SCHEMA,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json",
)
def capability_twice(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The words of `capabilities` have to differ: Docker Compose refuses a list with the same one twice (`items at 0
    and 1 are equal`).

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
                  capabilities: [gpu, gpu]
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
    entry = request.get("capabilities")
    if entry is None or not isinstance(entry.value, Sequence):
        return
    first: dict[str, int] = {}
    for index, item in enumerate(entry.value.items):
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            continue
        if item.string not in first:
            first[item.string] = index
            continue
        yield Finding(
            entry.value.item_span(index),
            f"Docker Compose will refuse this file: `capabilities` names {quote(item.string)} twice",
            "Name each capability once.",
            _removal(context, (*request.path, "capabilities", index)),
            (Related(entry.value.item_span(first[item.string]), "named here first"),),
        )


def _removal(context: Context, path: Path) -> Fix | None:
    return Fix("remove the second one", lambda: editing.delete(context.document, path, in_place=True))
