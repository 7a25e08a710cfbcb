from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.sizes import format_bytes
from stacks.memory import SHM, host_ipc, memory_limit, memory_size
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "MEM203",
    title="Shared memory is larger than the memory limit",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("shm_size",),
    url="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory",
)
def shm_size_above_memory_limit(service: Service, context: Context) -> Iterator[Finding]:
    """What a container keeps in `/dev/shm` counts towards its memory limit. A shared memory that is larger than the
    limit can never be filled: the container is killed before that, with exit code 137.

    Raise the limit to the shared memory and what the program itself needs, or make `shm_size` smaller.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 16gb
        mem_limit: 8g
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
        mem_limit: 32g
    ```
    """
    shm, limit = memory_size(service, (SHM,)), memory_limit(service)
    if shm is None or limit is None or shm.size <= limit.size or host_ipc(service) is not None:
        return
    yield Finding(
        shm.node.span,
        f"this container will be killed before it has filled its {format_bytes(shm.size)} of shared memory: "
        f"that counts towards its limit of {format_bytes(limit.size)}",
        "Raise the limit above `shm_size`, or lower `shm_size`.",
        related=(Related(limit.node.span, f"the limit of {format_bytes(limit.size)}"),),
    )
