from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.health_checks import health_check
from stacks.compose.nodes import Scalar, Sequence
from stacks.listening import listening_ports, port_behind, running
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule


@rule(
    "LIF104",
    title="A health check asks a port on which the server does not listen",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("healthcheck",),
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
    if service.get("healthcheck") is None or service.get("network_mode") is not None:
        return
    check, known, ports = health_check(service), running(service), listening_ports(service)
    if check is None or not (all_asked := check.ports):
        return
    asked = all_asked[0]
    if known is not None and ports and known.is_verified:
        if not set(all_asked) & set(ports):
            yield Finding(
                check.span,
                f"this container will never be healthy: {known.title} listens on port {ports[0]}, not on {asked}",
                f"Ask port {ports[0]}.",
                _fix(service, asked, ports[0]),
            )
        return
    right = port_behind(service, asked) if _mentions(service, str(asked)) else None
    if right is not None:
        yield Finding(
            check.span,
            f"this check may never succeed: {asked} is the port on the host, and the container has {right}",
            f"Ask port {right}, unless the program listens on both.",
            _fix(service, asked, right),
            severity=Severity.INFO,
        )


def _fix(service: Service, asked: int, right: int) -> Fix | None:
    """The new port in the one text that has the old one."""
    test = service.find("healthcheck", "test")
    items = list(enumerate(test.items)) if isinstance(test, Sequence) else [(None, test)]
    found = [(index, item.text) for index, item in items if isinstance(item, Scalar) and f":{asked}" in item.text]
    if len(found) != 1:
        return None
    index, text = found[0]
    path = (*service.path, "healthcheck", "test", *(() if index is None else (index,)))
    edits = partial(editing.set_value, service.document, path, text.replace(f":{asked}", f":{right}"))
    return fix_at(service.document, path, f"ask port {right}", edits, safe=False)


def _mentions(service: Service, port: str) -> bool:
    """A quick look whether a port of the host may be this one."""
    node = service.sequence("ports")
    return node is not None and any(not isinstance(item, Scalar) or f"{port}:" in item.string for item in node.items)
