from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.port_items import port_items
from stacks.gpu_use import host_label
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import ENGINE, rule

_FIRST_FREE = 1024


@rule(
    "NET107",
    title="A rootless engine publishes a port below 1024",
    layer=Layer.HOST,
    severity=Severity.WARNING,
    on=Service,
    needs=(ENGINE,),
    keys=("ports",),
    url="https://docs.docker.com/engine/security/rootless/tips/#exposing-privileged-ports",
)
def low_port_on_rootless_engine(service: Service, context: Context) -> Iterator[Finding]:
    """A rootless engine runs as a user, who may not open ports below 1024 unless the host was set up for it. The
    container does not start: `cannot expose privileged port 80`.

    Publish on a higher port, or allow low ones on the host (`net.ipv4.ip_unprivileged_port_start`, or
    `setcap cap_net_bind_service=ep` on `rootlesskit`).

    ```yaml bad
    # host: rootless
    services:
      app:
        image: nginx:1.29
        ports:
          - "80:80"
    ```
    ```yaml good
    # host: rootless
    services:
      app:
        image: nginx:1.29
        ports:
          - "8080:80"
    ```
    """
    host = context.snapshot()
    if host.engine is None or not host.engine.rootless or service.get("ports") is None:
        return
    for item in port_items(service):
        if item.published and 0 < item.published[0] < _FIRST_FREE:
            yield Finding(
                item.span,
                f"this container may not start: the engine of {host_label(host)} is rootless, and port "
                f"{item.published[0]} is below {_FIRST_FREE}",
                "Publish on a port from 1024 on, or allow low ports on the host.",
            )
