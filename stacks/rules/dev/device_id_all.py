from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_requests import in_steps
from stacks.compose.nodes import Path
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV407",
    title="The word all stands among device_ids",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#count",
)
def device_id_all(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`device_ids` names GPUs one by one; all of them are `count: all`. The NVIDIA toolkit's legacy hook lets the
    word through, other readers (the driver `cdi`, podman-compose, this tool's view of who holds which GPU on an
    unknown host) have no GPU of that name.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: ["all"]
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
                  count: all
                  capabilities: [gpu]
    ```
    """
    if request.is_cdi or not request.is_for_gpus:
        return
    alone = request.get("count") is None and len(request.device_ids or ()) == 1
    for node in request.device_ids or ():
        if node.string.strip().lower() == "all":
            yield Finding(
                node.span,
                f"this gives all GPUs on some hosts only: {quote(node.string)} is no name of a GPU, though NVIDIA's"
                " hook lets it through",
                "Write `count: all` in place of `device_ids`.",
                _counted(request, context) if alone and node.interpolated is None else None,
            )


def _counted(request: DeviceRequest, context: Context) -> Fix | None:
    path: Path = (*request.path, "device_ids")
    return Fix(
        "write `count: all`",
        lambda: in_steps(
            context.document,
            lambda step: editing.rename_key(step, path, "count", in_place=True),
            lambda step: editing.set_value(step, (*request.path, "count"), "all", in_place=True),
        ),
    )
