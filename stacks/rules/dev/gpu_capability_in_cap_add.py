from collections.abc import Iterator
from functools import partial

from stacks.compose.devices import GPU_WORDS
from stacks.compose.document import Service
from stacks.compose.gpu_requests import remove_items
from stacks.compose.values import quote
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "DEV607",
    title="A capability of GPUs is given to cap_add",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("cap_add", "cap_drop"),
    url="https://docs.docker.com/reference/compose-file/services/#cap_add",
)
def gpu_capability_in_cap_add(service: Service, context: Context) -> Iterator[Finding]:
    """`cap_add` gives a container capabilities of the Linux kernel, such as `SYS_ADMIN`. `gpu`, `compute` and `utility`
    are capabilities of a device request: here the engine does not know them, and the container is not created: `invalid
    CapAdd: unknown capability: "CAP_GPU"`.

    Write them as the `capabilities` of a request.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        cap_add: [gpu]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.6.0-cuda12.6-cudnn9-runtime
        shm_size: 8gb
        gpus:
          - count: 1
            capabilities: [gpu]
    ```
    """
    for key in ("cap_add", "cap_drop"):
        node = service.sequence(key)
        for index, item in enumerate(node.items if node is not None else ()):
            text = service.scalar(key, index)
            if node is None or text is None or text.string.lower().removeprefix("cap_") not in GPU_WORDS:
                continue
            path = (*service.path, key)
            edits = partial(remove_items, service.document, path, node, [index])
            yield Finding(
                item.span,
                f"this container will not be created: {quote(text.string)} is no capability of the Linux kernel",
                "Remove it, and name it in the `capabilities` of a device request.",
                fix_at(service.document, path, "remove it", edits, safe=False),
            )
