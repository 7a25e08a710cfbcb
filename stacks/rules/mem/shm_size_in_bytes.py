from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.facts.memory import default_shm
from stacks.memory import SHM, host_ipc, memory_size
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "MEM204",
    title="Shared memory is a number of bytes",
    layer=Layer.GPU,
    severity=Severity.WARNING,
    on=Service,
    keys=("shm_size",),
    url="https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values",
)
def shm_size_in_bytes(service: Service, context: Context) -> Iterator[Finding]:
    """A size without a unit counts bytes: `shm_size: 8` is eight bytes of shared memory, which the kernel rounds up
    to one page. The container starts, and the first thing that uses shared memory fails.

    Write the unit: `8g` and `8gb` both mean 8 GiB.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        shm_size: 8gb
    ```
    """
    shm = memory_size(service, (SHM,))
    if shm is None or not shm.is_bare or not 0 < shm.size < default_shm() or host_ipc(service) is not None:
        return
    text = f"{shm.node.string}{'g' if shm.size < 1024 else 'm'}"
    edits = partial(editing.set_value, service.document, service.document.path_at(shm.node.start), text, in_place=True)
    fix = Fix(f"write `{text}`", edits, safe=False)
    yield Finding(
        shm.node.span,
        f"this container will have {shm.size} bytes of shared memory: a size without a unit counts bytes",
        "Write a unit, such as `g` for GiB.",
        fix if shm.node.interpolated is None and shm.size <= 65536 else None,
    )
