from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.port_items import PortItem, port_items
from stacks.listening import is_on_host_network, listening_ports, running
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Severity
from stacks.rules.registry import rule


@rule(
    "NET102",
    title="A port is published on which the server does not listen",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("ports",),
    url="https://docs.docker.com/engine/network/port-publishing/",
)
def port_not_listened_on(service: Service, context: Context) -> Iterator[Finding]:
    """The second number of a mapping is the port inside the container, on which the program listens by itself; the
    first one is free to choose. vLLM listens on 8000, Ollama on 11434, Text Generation Inference on 80. A mapping to
    another port leads nowhere: `connection reset by peer`, or `empty reply from server`.

    This rule knows the ports of common servers and the options that change them, and says nothing where one of the
    published ports is right.

    Write the server's own port as the second number.

    ```yaml bad
    services:
      tgi:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 1gb
        ports:
          - "8080:8080"
    ```
    ```yaml good
    services:
      tgi:
        image: ghcr.io/huggingface/text-generation-inference:3.3.4
        shm_size: 1gb
        ports:
          - "8080:80"
    ```
    """
    known, ports = running(service), listening_ports(service)
    if known is None or not ports or not known.is_verified or is_on_host_network(service):
        return
    items = [item for item in port_items(service) if item.protocol == "tcp"]
    if any(port in item.targets for item in items for port in ports):
        return
    for item in items:
        fix = None
        if len(items) == 1 and len(item.targets) == 1 and len(item.published) < 2:
            title = f"map to port {ports[0]}"
            fix = Fix(title, partial(_edits, service, item, ports[0]), safe=False)
        yield Finding(
            item.target_span,
            f"nothing will answer here: {known.title} listens on port `{ports[0]}`, not on `{_shown(item.targets)}`",
            f"Write `{ports[0]}` as the port of the container.",
            fix,
        )


def _shown(ports: range) -> str:
    return str(ports[0]) if len(ports) == 1 else f"{ports[0]} to {ports[-1]}"


def _edits(service: Service, item: PortItem, port: int) -> editing.Edits:
    if not isinstance(item.node, Scalar):
        return editing.set_value(service.document, (*item.path, "target"), port)
    head, colon, target = item.node.text.rpartition(":")
    if not target.partition("/")[0].isdigit():
        raise editing.EditError("the container's port is not written as a number of its own")
    protocol = f"/{target.partition('/')[2]}" if "/" in target else ""
    return editing.set_value(service.document, item.path, f"{head}{colon}{port}{protocol}")
