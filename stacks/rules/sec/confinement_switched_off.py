from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_OFF = {
    "seccomp": "make every system call, those included that containers are refused",
    "apparmor": "go past the rules of AppArmor for containers",
}


@rule(
    "SEC106",
    title="A protection of the container is switched off",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("security_opt",),
    url="https://docs.docker.com/engine/security/seccomp/",
)
def confinement_switched_off(service: Service, context: Context) -> Iterator[Finding]:
    """The engine refuses containers about 44 of the kernel's system calls by seccomp, and more by AppArmor. CUDA, NCCL
    and PyTorch need none of them. Guides for AMD's ROCm and for profilers switch seccomp off for the sake of `ptrace`
    and of memory policies, which `cap_add: [SYS_PTRACE]` and `SYS_NICE` allow as well.

    `label=disable`, which is for SELinux, is not reported: GPUs need it on some hosts.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        security_opt:
          - seccomp=unconfined
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        cap_add:
          - SYS_PTRACE
    ```
    """
    node = service.sequence("security_opt")
    if node is None:
        return
    for index, item in enumerate(node.items):
        name, _, value = item.string.replace("=", ":", 1).partition(":") if isinstance(item, Scalar) else ("", "", "")
        if name in _OFF and value.strip() == "unconfined":
            message = f"this container may {_OFF[name]}: `{name}` is switched off"
            yield Finding(node.item_span(index), message, "Remove it, or name the capability that is needed.")
