from collections.abc import Iterator

from stacks.compose import editing
from stacks.compose.devices import GPU_WORDS, DeviceRequest, RequestOrigin
from stacks.compose.nodes import Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "DEV202",
    title="The capabilities of a request do not name gpu",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=DeviceRequest,
    url="https://docs.docker.com/reference/compose-file/deploy/#capabilities",
)
def capabilities_without_gpu(request: DeviceRequest, context: Context) -> Iterator[Finding]:
    """`gpu` is the word by which a request is known as one for GPUs. NVIDIA's driver in the engine also takes
    `compute`, `utility` and their like alone, but podman-compose skips such a request without a word, other drivers
    do not know the words, and an empty list says nothing about what is wanted.

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
                  capabilities: [compute, utility]
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
                  capabilities: [gpu, compute, utility]
    ```
    """
    entry = request.get("capabilities")
    if request.origin is RequestOrigin.GPUS or entry is None or not isinstance(entry.value, Sequence) or request.is_cdi:
        return
    items = entry.value.items
    words = [node.string for node in request.capabilities or ()]
    if len(words) != len(items) or "gpu" in words or any(word not in GPU_WORDS for word in words):
        return
    path = (*request.path, "capabilities")
    said = "is empty" if not items else "lacks `gpu`"
    yield Finding(
        entry.value_span,
        f"not every tool will know this as a request for a GPU: `capabilities` {said}",
        "Add `gpu` to the list.",
        Fix(
            "add `gpu`",
            lambda: (
                editing.insert_item(context.document, path, 0, "gpu", in_place=True)
                if items
                else editing.set_value(context.document, path, ["gpu"], in_place=True)
            ),
        ),
    )
