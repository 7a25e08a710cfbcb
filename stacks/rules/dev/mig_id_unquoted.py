from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_identifiers import IdentifierKind, identifier_kind
from stacks.compose.nodes import Scalar, Sequence
from stacks.compose.source import TextEdit
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV402",
    title="The id of a MIG instance is not in quotes",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://yaml.org/type/int.html",
)
def mig_id_unquoted(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`1:0` is MIG instance 0 of GPU 1. Docker Compose reads it as a string, but many other tools follow YAML 1.1, in
    which digits with a colon are a number to the base of 60: `1:0` is 60 and `1:12` is 72 there. podman-compose and
    every script with PyYAML ask for a GPU that does not exist.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: [1:0]
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
                  device_ids: ["1:0"]
                  capabilities: [gpu]
    ```
    """
    entry = request.get("device_ids")
    if entry is None or not isinstance(entry.value, Sequence):
        return
    for item in entry.value.items:
        if not isinstance(item, Scalar) or not item.is_plain:
            continue
        if identifier_kind(item.text) is not IdentifierKind.MIG_POSITION or item.text.startswith("0"):
            continue
        gpu, _, instance = item.text.partition(":")
        if int(instance) < 60:
            seen = int(gpu) * 60 + int(instance)
            yield Finding(
                item.span,
                f"tools that read YAML 1.1 will look for GPU {seen}: there `{item.text}` is a number to the base of 60",
                f'Write it in quotes: `"{item.text}"`.',
                _quoted(item, context),
            )


def _quoted(item: Scalar, context: Context) -> Fix | None:
    if context.document.source.slice(item.span) != item.text:
        return None  # an anchor or a tag stands before it
    return Fix(f'write `"{item.text}"`', lambda: [TextEdit(item.span, f'"{item.text}"')])
