from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import GPU_WORDS, DeviceRequest
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.compose.values import quote
from stacks.facts.device_requests import capability_meant
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV203",
    title="A device request names a capability that no engine knows",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def unknown_capability(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """Docker Compose passes any word through, and the engine then finds no driver that can do it: the service does
    not start, with `could not select device driver "nvidia" with capabilities: [[gpus]]`. The words of NVIDIA's
    driver are `gpu`, `compute`, `utility`, `video`, `graphics`, `display`, `compat32` and `nvidia`, in lower case.
    `nvidia-compute` and `tpu`, which the Compose Specification has in its examples, are not among them.

    Engine 29 and later do not look at the words where a driver is named; then this is a warning.

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
                  capabilities: [gpus]
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
    driver = request.driver.string if request.driver is not None else ""
    if entry is None or not isinstance(entry.value, Sequence) or driver not in ("", "nvidia"):
        return
    words = {node.string for node in request.capabilities or ()}
    for index, node in enumerate(entry.value.items):
        if not isinstance(node, Scalar) or node.string in GPU_WORDS or not isinstance(node.value, str):
            continue
        shown = quote(node.string)
        fix = None
        if node.interpolated is None:
            fix = _repair(node.string, words, (*request.path, "capabilities", index), context)
        yield Finding(
            entry.value.item_span(index),
            f"the engine will refuse to start this service: no driver has the capability {shown}",
            "Write `gpu`, and beside it only `compute`, `utility`, `video`, `graphics`, `display` or `compat32`.",
            fix,
            severity=Severity.WARNING if driver and _ignores_words(context) else None,
        )


def _repair(word: str, words: set[str], path: Path, context: Context) -> Fix | None:
    meant = capability_meant(word)
    if meant is None:
        return None
    if "gpu" not in words and meant in ("gpu", "compute", "utility"):
        meant = "gpu"  # compute and utility are what a GPU comes with where nothing more is named
    elif meant in words:
        return Fix(f"remove {quote(word)}", lambda: editing.delete(context.document, path, in_place=True))
    return Fix(f"write `{meant}`", lambda: editing.set_value(context.document, path, meant, in_place=True))


def _ignores_words(context: Context) -> bool:
    engine = context.host.engine if context.host is not None else None
    major = (engine.version or "").partition(".")[0] if engine is not None else ""
    return major.isdigit() and int(major) >= 29
