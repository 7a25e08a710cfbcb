from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.gpu_requests import asks_for_gpus
from stacks.memory import SHM, has_shared_memory
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "MEM210",
    title="Shared memory is given to the build and not to the container",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("build",),
    url="https://docs.docker.com/reference/compose-file/build/#shm_size",
)
def shm_size_of_build(service: Service, context: Context) -> Iterator[Finding]:
    """`shm_size` under `build` is the shared memory of the steps that build the image. The container that runs has
    Docker's 64 MiB all the same, and PyTorch's data loaders and NCCL stop when that is full.

    Write `shm_size` in the service, beside `build`.

    ```yaml bad
    services:
      train:
        build:
          context: .
          shm_size: 8gb
        gpus: all
    ```
    ```yaml good
    services:
      train:
        build: .
        shm_size: 8gb
        gpus: all
    ```
    """
    build = service.mapping("build")
    entry, size = (build.get(SHM), build.scalar(SHM)) if build is not None else (None, None)
    if entry is None or size is None or has_shared_memory(service) or not asks_for_gpus(service):
        return
    path = (*service.path, SHM)
    edits = partial(editing.set_value, service.document, path, size.text)
    yield Finding(
        entry.span,
        "this container will have Docker's default of 64 MiB of shared memory: what stands under `build` is for the"
        " building of its image",
        f"Write `{SHM}` in the service.",
        fix_at(service.document, path, f"set `{SHM}: {size.text}` in the service", edits, safe=False),
    )
