from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.memory import SHM, host_ipc
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "MEM202",
    title="Shared memory has a size that `ipc: host` makes moot",
    layer=Layer.GPU,
    severity=Severity.INFO,
    on=Service,
    keys=("shm_size",),
    url="https://docs.vllm.ai/en/latest/deployment/docker.html",
)
def shm_size_with_host_ipc(service: Service, context: Context) -> Iterator[Finding]:
    """With `ipc: host` the container uses the host's own `/dev/shm`, which is half of the RAM as a rule. The size that
    `shm_size` asks for is not made.

    Either is enough. `shm_size` alone keeps the container's memory apart from that of other processes.

    ```yaml bad
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        ipc: host
        shm_size: 16gb
    ```
    ```yaml good
    services:
      serve:
        image: vllm/vllm-openai:v0.11.0
        shm_size: 16gb
    ```
    """
    entry, ipc = service.get(SHM), host_ipc(service)
    if entry is not None and ipc is not None:
        path = (*service.path, SHM)
        yield Finding(
            entry.key.span,
            "this size has no effect: with `ipc: host` the container uses the host's own `/dev/shm`",
            "Remove one of the two.",
            Fix(
                "remove `shm_size`",
                partial(editing.delete, service.document, path),
                safe=False,
            ),
            related=(Related(ipc.span, "the host's shared memory is used"),),
        )
