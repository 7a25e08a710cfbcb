from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_identifiers import IdentifierKind, identifier_kind
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_WHOLE = 36  # characters of a UUID
_CHOSEN = 13  # of a beginning that somebody chose: two groups
_NUMBERED = lazy_pattern(r"(?:GPU|gpu)-[0-9]{1,2}")


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

    `GPU-0` is read in the same way, as a GPU whose UUID begins with `0`, and not as GPU 0.

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
    for position, node in enumerate(request.device_ids or ()):
        text = node.string.rpartition("=")[2]
        if _NUMBERED.fullmatch(text):
            yield _index(request, position, node, text.partition("-")[2])
            continue
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


def _index(request: DeviceRequest, position: int, node: Scalar, number: str) -> Finding:
    """Of `GPU-0`, which is the beginning of a UUID to all that read it."""
    document, path = request.service.document, (*request.path, "device_ids", position)
    edits = partial(editing.set_value, document, path, number)
    return Finding(
        node.span,
        f"this container may not start, or get another GPU: {quote(node.string)} is the GPU whose UUID begins with"
        f" `{number}`, not GPU {number}",
        f"Write `{number}`, or the whole UUID that `nvidia-smi -L` prints.",
        fix_at(document, path, f"write `{number}`", edits, safe=False) if node.interpolated is None else None,
    )
