from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.values import quote
from stacks.facts.spelling import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_WITH_VALUE = ("apparmor", "label", "no-new-privileges", "seccomp", "systempaths", "writable-cgroups")
_ALONE = ("no-new-privileges", "writable-cgroups")
_OF_OTHERS = ("credentialspec", "mask", "proc-opts", "unmask")  # of Windows containers, and of Podman


@rule(
    "SEC110",
    title="A security option is none that the engine knows",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("security_opt",),
    url="https://github.com/moby/moby/blob/v28.5.2/daemon/daemon_unix.go",
)
def unknown_security_option(service: Service, context: Context) -> Iterator[Finding]:
    """`security_opt` takes `label=disable` (which GPUs need on hosts with SELinux), `seccomp=…`, `apparmor=…`,
    `no-new-privileges` and `systempaths=unconfined`. The engine refuses a container with any other word: `invalid
    --security-opt 2: "labels=disable"` (seen with Engine 28).

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        shm_size: 8gb
        security_opt:
          - labels=disable
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        shm_size: 8gb
        security_opt:
          - label=disable
    ```
    """
    node = service.sequence("security_opt")
    for index, item in enumerate(node.items if node is not None else ()):
        if node is None or not isinstance(item, Scalar) or not isinstance(item.value, str):
            continue
        name = item.string.replace("=", ":", 1).partition(":")[0]
        separator = item.string[len(name) : len(name) + 1]
        if item.string in _ALONE or name in _OF_OTHERS or (name in _WITH_VALUE and separator):
            continue
        meant = closest(name, _WITH_VALUE, cutoff=0.85)
        certain = meant is not None and (bool(separator) or meant in _ALONE)
        new = f"{meant}{item.string[len(name) :]}"
        path = (*service.path, "security_opt", index)
        edits = partial(editing.set_value, service.document, path, new)
        yield Finding(
            node.item_span(index),
            f"the engine will refuse this container: {quote(item.string)} is no security option",
            f"Write {quote(new)}." if certain else "Write an option such as `label=disable` or `seccomp=unconfined`.",
            fix_at(service.document, path, f"write {quote(new)}", edits, safe=False)
            if certain and item.interpolated is None
            else None,
        )
