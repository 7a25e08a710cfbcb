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
    """`device_ids` names GPUs one by one; all of them are `count: all`. NVIDIA's toolkit lets the word through, as
    the variable and as the CDI name `nvidia.com/gpu=all`; other readers (the driver `cdi`, podman-compose) have no GPU
    of that name. Alone it works with Docker and is only noted. Beside other ids it makes them pointless.

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
                f"{quote(node.string)} is no name of a GPU: NVIDIA's toolkit takes it for all of them, and other tools"
                " look for a GPU of that name",
                "Write `count: all` in place of `device_ids`.",
                _counted(request, context) if alone and node.interpolated is None else None,
                severity=Severity.INFO if alone else None,
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
