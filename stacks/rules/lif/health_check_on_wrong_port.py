from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.health_checks import health_check
from stacks.compose.nodes import Scalar
from stacks.compose.port_items import port_items
from stacks.listening import listening_ports, running
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "LIF104",
    title="A health check asks a port on which the server does not listen",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    url="https://docs.docker.com/reference/compose-file/services/#healthcheck",
)
def health_check_on_wrong_port(service: Service, context: Context) -> Iterator[Finding]:
    """A health check runs inside the container, so `localhost` has the ports of the container there: the second number
    of a mapping in `ports`. The port that is published on the host does not exist in it: the check fails for ever.

    ```yaml bad
    services:
      tgi:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 1gb
        ports:
          - "8080:80"
        healthcheck:
          test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
    ```
    ```yaml good
    services:
      tgi:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 1gb
        ports:
          - "8080:80"
        healthcheck:
          test: ["CMD", "curl", "-f", "http://localhost:80/health"]
    ```
    """
    if service.get("healthcheck") is None:
        return
    check, known, ports = health_check(service), running(service), listening_ports(service)
    all_asked = check.ports if check is not None else ()
    if check is None or not all_asked:
        return
    asked = all_asked[0]
    if known is not None and ports and known.is_verified:
        if not set(all_asked) & set(ports):
            yield Finding(
                check.span,
                f"this container will never be healthy: {known.title} listens on port {ports[0]}, not on {asked}",
                f"Ask port {ports[0]}.",
            )
        return
    if not _mentions(service, str(asked)):
        return
    behind = {item.targets[0] for item in port_items(service) if len(item.published) == 1 and asked in item.published}
    targets = {port for item in port_items(service) if len(item.targets) == 1 for port in item.targets}
    if behind and asked not in targets:
        yield Finding(
            check.span,
            f"this check may never succeed: {asked} is the port on the host, and the container has {min(behind)}",
            f"Ask port {min(behind)}, unless the program listens on both.",
            severity=Severity.INFO,
        )


def _mentions(service: Service, port: str) -> bool:
    """A quick look whether a port of the host may be this one."""
    node = service.sequence("ports")
    return node is not None and any(not isinstance(item, Scalar) or f"{port}:" in item.string for item in node.items)
