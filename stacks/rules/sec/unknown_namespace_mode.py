from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.facts.spelling import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_MODES = {"ipc": ("host", "private", "shareable", "none"), "pid": ("host",), "uts": ("host",)}
_JOINED = {"ipc": ("service:", "container:"), "pid": ("service:", "container:"), "uts": ()}


@rule(
    "SEC108",
    title="The engine has no namespace of that name to share",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("ipc", "pid", "uts"),
    url="https://github.com/moby/moby/blob/v28.5.2/api/types/container/hostconfig.go",
)
def unknown_namespace_mode(service: Service, context: Context) -> Iterator[Finding]:
    """`ipc` is `host`, `private`, `shareable`, `none`, `service:NAME` or `container:NAME`; `pid` is `host` or one of
    the last two, and `uts` is `host`. All are in lower case. Docker Compose passes on any other word, and the engine
    refuses the container: `invalid IPC mode: hosts` (seen with Engine 28).

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        ipc: Host
        gpus: all
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        ipc: host
        gpus: all
    ```
    """
    for key, modes in _MODES.items():
        node = service.scalar(key)
        if node is None or not node.string or node.string in modes or node.string.startswith(_JOINED[key]):
            continue
        meant = closest(node.string, modes)
        path = (*service.path, key)
        edits = partial(editing.set_value, service.document, path, meant)
        choices = ", ".join(f"`{mode}`" for mode in (*modes, *(f"{each}NAME" for each in _JOINED[key])))
        yield Finding(
            node.span,
            f"the engine will refuse this container: {quote(node.string)} is no mode of `{key}`",
            f"Write `{meant}`." if meant is not None else f"Write one of {choices}, or delete `{key}`.",
            fix_at(service.document, path, f"write `{meant}`", edits, safe=node.string.lower() == meant)
            if meant is not None and node.interpolated is None
            else None,
        )
