from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.memory import SHM, shm_mount
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "MEM208",
    title="Something else is mounted over the shared memory",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("shm_size",),
    url="https://docs.docker.com/engine/storage/tmpfs/",
)
def shm_size_under_mount(service: Service, context: Context) -> Iterator[Finding]:
    """`shm_size` is the size of the `/dev/shm` that the engine makes. A mount on `/dev/shm` takes its place, with a
    size of its own: a `tmpfs` has half of the host's RAM unless it says `size=`, and a folder that of its disk, with
    its speed.

    Keep one of the two; `shm_size` is enough.

    ```yaml bad
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        shm_size: 8gb
        tmpfs:
          - /dev/shm
        gpus: all
    ```
    ```yaml good
    services:
      train:
        image: registry.example.org/team/trainer:2.4
        shm_size: 8gb
        gpus: all
    ```
    """
    entry = service.get(SHM)
    mount = shm_mount(service) if entry is not None else None
    if entry is not None and mount is not None:
        yield Finding(
            entry.span,
            "`shm_size` will have no effect: another mount takes the place of `/dev/shm`",
            "Remove the mount; `shm_size` is enough.",
            related=(Related(mount, "`/dev/shm` is mounted here"),),
        )
