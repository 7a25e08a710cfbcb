from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.mount_items import mount_items
from stacks.compose.nodes import Scalar
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule

_PROGRAMS = frozenset(
    {
        "/bin", "/sbin", "/lib", "/lib64", "/usr", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/local", "/usr/sbin",
        "/usr/local/bin", "/usr/local/lib", "/usr/local/cuda", "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu",
        "/opt", "/opt/conda", "/opt/nvidia", "/etc",
    }
)  # fmt: skip


@rule(
    "LIF303",
    title="A folder of the host hides the programs of the image",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("volumes",),
    url="https://docs.docker.com/engine/storage/bind-mounts/#mounting-over-existing-data",
)
def mount_hides_programs(service: Service, context: Context) -> Iterator[Finding]:
    """A folder of the host that is mounted on a folder of the image hides all that the image has there. On `/usr`,
    `/usr/local/cuda` or `/opt/conda` that are its programs and libraries: the container runs with the host's, built for
    another system and another CUDA, or finds none.

    The image brings its own CUDA, and the engine adds the libraries of the driver: nothing of it has to be mounted.
    Mount your files on a folder of their own.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        volumes:
          - /usr/local/cuda:/usr/local/cuda
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
        gpus: all
        volumes:
          - ./code:/workspace
    ```
    """
    if not _may_hide(service):
        return
    for mount in mount_items(service):
        if mount.kind == "bind" and mount.target in _PROGRAMS:
            fix = Fix("remove the mount", partial(editing.delete, context.document, mount.path, prune=True), safe=False)
            yield Finding(
                mount.span,
                f"the image's own files in `{mount.target}` will be hidden by those of the host",
                "Remove the mount, or mount it on a folder of its own.",
                fix if mount.path[:2] == service.path else None,
            )


def _may_hide(service: Service) -> bool:
    """A quick look, since hardly any service does: items in the long form, and the second parts of the others."""
    node = service.sequence("volumes")
    return node is not None and any(
        not isinstance(item, Scalar)
        or not _PROGRAMS.isdisjoint(part.rstrip("/") for part in item.string.split(":")[1:])
        for item in node.items
    )
