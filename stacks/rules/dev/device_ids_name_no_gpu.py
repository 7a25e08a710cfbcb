from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import DeviceRequest
from stacks.compose.gpu_identifiers import NOTHING
from stacks.compose.gpu_requests import in_steps
from stacks.compose.nodes import Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV106",
    title="The device_ids of a request name no GPU",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#device_ids",
)
def device_ids_name_no_gpu(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """An empty list of `device_ids` is accepted and gives no GPU: with the key there, Docker Compose does not fill in
    `count: all`, and the engine is asked for nothing. The words `none` and `void`, which `NVIDIA_VISIBLE_DEVICES`
    knows, give none either, whatever stands beside them.

    Name the GPUs, write `count`, or leave the whole request away.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        deploy:
          resources:
            reservations:
              devices:
                - driver: nvidia
                  device_ids: []
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
    if entry is None or not isinstance(entry.value, Sequence) or not request.is_for_gpus:
        return
    for node in request.device_ids or ():
        if node.string.strip().lower() in NOTHING:
            yield Finding(
                node.span,
                f"this container will see no GPU: `{node.string}` among `device_ids` means none at all",
                "Name the GPUs by index or UUID, or remove the whole request.",
            )
    if not entry.value.items and request.get("count") is None:
        yield Finding(
            entry.key.span,
            "this container will see no GPU: `device_ids` is empty",
            "Name the GPUs, or write `count` in its place.",
            Fix(
                "write `count: all` in its place",
                lambda: in_steps(
                    context.document,
                    lambda step: editing.rename_key(step, (*request.path, "device_ids"), "count", in_place=True),
                    lambda step: editing.set_value(step, (*request.path, "count"), "all", in_place=True),
                ),
                safe=False,
            ),
        )
