from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_identifiers import (
    NOTHING,
    identifier_kind,
    is_whole_uuid,
    repaired_identifier,
    split_identifiers,
)
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.values import quote
from stacks.facts.visible_devices import is_pci_address
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_ELSEWHERE = frozenset({"all", *NOTHING})  # words with rules of their own


@rule(
    "DEV406",
    title="A device id is no name of a GPU",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def malformed_device_id(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """A GPU is named by its index (`0`), its UUID (`GPU-3a23c669-…`, or a unique beginning of it), and a MIG instance
    by `1:0` or `MIG-…`: as `nvidia-smi -L` prints them. Docker Compose passes any string on, and the service then
    does not start: `device error: cuda:0: unknown device`. Blanks and quotes inside the string are part of the name,
    too.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["cuda:0"]
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
    if entry is None or not isinstance(entry.value, Sequence) or request.is_cdi or not request.is_for_gpus:
        return
    names = {item.string for item in entry.value.items if isinstance(item, Scalar)}
    for index, item in enumerate(entry.value.items):
        if not isinstance(item, Scalar) or not isinstance(item.value, str) or not item.string.strip():
            continue
        text = item.string
        if identifier_kind(text) or is_pci_address(text):
            continue
        if text.strip().lower() in _ELSEWHERE or split_identifiers(text):
            continue
        meant, safe = repaired_identifier(text), True
        if meant is None and is_whole_uuid(text):
            meant, safe = (
                f"GPU-{text}",
                context.host is not None and context.host.resolve_gpu(f"GPU-{text}") is not None,
            )
        fix = None
        if meant is not None and meant not in names and item.interpolated is None:
            fix = _repair(meant, (*request.path, "device_ids", index), context, safe)
        yield Finding(
            item.span,
            f"this service will not start: {quote(text)} is no index, UUID or MIG name of a GPU",
            "Write the index or the UUID that `nvidia-smi -L` prints.",
            fix,
        )


def _repair(meant: str, path: Path, context: Context, safe: bool) -> Fix | None:
    return Fix(
        f"write {quote(meant)}", lambda: editing.set_value(context.document, path, meant, in_place=True), safe=safe
    )
