from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.facts.services import served_image
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_BROAD = {
    "ALL": "every capability there is",
    "SYS_ADMIN": "most of what root may do on the host",
    "SYS_MODULE": "the right to load kernel modules",
    "SYS_RAWIO": "raw access to the host's memory and disks",
}


@rule(
    "SEC105",
    title="A container gets a capability that is as good as root on the host",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("cap_add",),
    url="https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities",
)
def broad_capability(service: Service, context: Context) -> Iterator[Finding]:
    """Capabilities part the rights of root. `SYS_ADMIN` is the one for everything that has no other: with it a
    container can mount the host's disks; `ALL` is nearly `privileged`. CUDA needs none of them. NVIDIA's DCGM exporter
    asks for `SYS_ADMIN` to read profiling metrics, and is not reported.

    Name the capability that is needed: `IPC_LOCK` for InfiniBand, `SYS_PTRACE` for profilers and debuggers, `SYS_NICE`
    for priorities and NUMA.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        cap_add:
          - SYS_ADMIN
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
    node = service.sequence("cap_add")
    if node is None:
        return
    known = served_image(service.image.string) if service.image is not None else None
    for index, item in enumerate(node.items):
        name = item.string.upper().removeprefix("CAP_") if isinstance(item, Scalar) else ""
        if name in _BROAD and not (known is not None and known.needs_sys_admin and name == "SYS_ADMIN"):
            message = f"this container will have {_BROAD[name]}: `{name}` is as good as root there"
            yield Finding(node.item_span(index), message, "Name the capability that the program needs.")
