from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.nodes import Mapping, Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV307",
    title="The options of a GPU request are ignored",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://github.com/moby/moby/blob/master/daemon/devices_nvidia_linux.go",
)
def options_ignored(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """The engine's driver `nvidia` has no options: whatever stands there is accepted and does nothing. In particular no
    option limits how much of a GPU's memory a container may take; for that cut the GPU into MIG instances, or tell the
    program (vLLM has `--gpu-memory-utilization`).

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
                  capabilities: [gpu]
                  options:
                    memory: 8g
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
    entry = request.get("options")
    if entry is None or request.is_cdi or not request.is_for_gpus:
        return
    filled = (isinstance(entry.value, Mapping) and entry.value.effective) or (
        isinstance(entry.value, Sequence) and entry.value.items
    )
    path = (*request.path, "options")
    if filled:
        yield Finding(
            entry.key.span,
            "these options will do nothing: the driver `nvidia` has none",
            "Remove `options`.",
            Fix("remove `options`", lambda: editing.delete(context.document, path, in_place=True), safe=False),
        )
