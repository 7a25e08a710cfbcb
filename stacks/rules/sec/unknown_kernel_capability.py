from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.devices import GPU_WORDS
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.facts.spelling import closest
from stacks.facts.tables import table
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "SEC109",
    title="A capability is none of the Linux kernel",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("cap_add", "cap_drop"),
    url="https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities",
)
def unknown_kernel_capability(service: Service, context: Context) -> Iterator[Finding]:
    """`cap_add` and `cap_drop` take the kernel's capabilities, with or without `CAP_` in front, or `ALL`. The engine
    refuses a container with any other word: `invalid CapAdd: unknown capability: "CAP_SYS_PTRACES"` (seen with
    Engine 28).

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        shm_size: 8gb
        cap_add: [SYS-PTRACE]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        shm_size: 8gb
        cap_add: [SYS_PTRACE]
    ```
    """
    known = frozenset(table("kernel")["capabilities"]["names"])
    for key in ("cap_add", "cap_drop"):
        node = service.sequence(key)
        for index, item in enumerate(node.items if node is not None else ()):
            if node is None or not isinstance(item, Scalar) or not isinstance(item.value, str):
                continue
            word = item.string.upper().removeprefix("CAP_")
            if word in known or word == "ALL" or item.string.lower().removeprefix("cap_") in GPU_WORDS:
                continue
            meant = closest(word, sorted(known), cutoff=0.8)
            path = (*service.path, key, index)
            edits = partial(editing.set_value, service.document, path, meant)
            yield Finding(
                node.item_span(index),
                f"the engine will refuse this container: {quote(item.string)} is no capability of the Linux kernel",
                f"Write `{meant}`." if meant else "Write a capability such as `SYS_PTRACE` or `IPC_LOCK`.",
                fix_at(service.document, path, f"write `{meant}`", edits, safe=False)
                if meant is not None and item.interpolated is None
                else None,
            )
