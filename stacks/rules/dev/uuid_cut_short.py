from collections.abc import Iterator

from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_identifiers import IdentifierKind, identifier_kind
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_WHOLE = 36  # characters of a UUID
_CHOSEN = 13  # of a beginning that somebody chose: two groups


@rule(
    "DEV409",
    title="A few characters of a UUID are missing",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
)
def uuid_cut_short(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """NVIDIA's hook takes the beginning of a UUID where it fits one GPU only, such as `GPU-3a23c669`. CDI, which Docker
    Engine tries first since 29.2, knows whole names alone. A UUID that lacks just its end looks like a slip in copying,
    and works on some hosts only.

    Copy the whole of it from `nvidia-smi -L`: 36 characters after `GPU-` or `MIG-`.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2"]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - device_ids: ["GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a"]
    ```
    """
    for node in request.device_ids or ():
        text = node.string.rpartition("=")[2]
        if identifier_kind(text) not in (IdentifierKind.GPU_UUID, IdentifierKind.MIG_UUID) or "/" in text:
            continue
        missing = _WHOLE - len(text.partition("-")[2])
        if 0 < missing < _WHOLE - _CHOSEN:
            yield Finding(
                node.span,
                f"this container may not start: {quote(node.string)} lacks {missing} character"
                f"{'' if missing == 1 else 's'} of a UUID",
                "Copy the whole UUID from `nvidia-smi -L`.",
            )
