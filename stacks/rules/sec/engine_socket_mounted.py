from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.mount_items import mount_items
from stacks.compose.nodes import Scalar
from stacks.facts.services import manages_containers
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule

_SOCKETS = (
    "/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock",
    "//var/run/docker.sock",
)  # fmt: skip


@rule(
    "SEC103",
    title="The engine's socket is mounted",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("volumes",),
    url="https://docs.docker.com/engine/security/#docker-daemon-attack-surface",
)
def engine_socket_mounted(service: Service, context: Context) -> Iterator[Finding]:
    """Who can write to the engine's socket can start a privileged container with the host's disk in it: the container
    is as good as root on the host. `:ro` does not help, since it protects the file and not what is said through it.

    Tools that manage containers need the socket; for those this is a note. A program that only looks at containers is
    safer behind a proxy for the socket that lets reading through. Anything else should go without.

    ```yaml bad
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18
        shm_size: 8gb
        volumes:
          - /var/run/docker.sock:/var/run/docker.sock
    ```
    ```yaml good
    services:
      jupyter:
        image: quay.io/jupyter/pytorch-notebook:cuda12-2025-08-18
        shm_size: 8gb
        volumes:
          - work:/home/jovyan/work
    volumes:
      work:
    ```
    """
    node = service.sequence("volumes")
    if node is None or not any(not isinstance(item, Scalar) or ".sock" in item.string for item in node.items):
        return
    image = service.image
    needs_it = image is not None and manages_containers(image.string)
    for mount in mount_items(service):
        if mount.source in _SOCKETS and mount.path[:2] == service.path:
            yield Finding(
                mount.span,
                "this container can take over the host: through the engine's socket it can start any container",
                "Remove it, or put a proxy for the socket between them that lets reading through."
                if not needs_it
                else "Keep the container up to date and off the network.",
                severity=Severity.INFO if needs_it else None,
            )
