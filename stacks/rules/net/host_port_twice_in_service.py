from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.port_items import PortItem, port_items
from stacks.listening import is_on_host_network
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule

_ANY = ("", "0.0.0.0", "::")  # noqa: S104 - addresses to compare, nothing is bound here
_MOST = 1000  # ports in a range that is still looked at one by one


@rule(
    "NET108",
    title="A service publishes two of its ports on one port of the host",
    layer=Layer.PRACTICE,
    severity=Severity.ERROR,
    on=Service,
    keys=("ports",),
    url="https://docs.docker.com/engine/network/port-publishing/",
)
def host_port_twice_in_service(service: Service, context: Context) -> Iterator[Finding]:
    """A port of the host leads to one port of one container. Docker Compose accepts two mappings from the same one; the
    engine then does not start the container: `Bind for 0.0.0.0:8000 failed: port is already allocated`.

    Give each its own port of the host.

    ```yaml bad
    services:
      triton:
        image: nvcr.io/nvidia/tritonserver:25.08-py3
        ports:
          - "8000:8000"
          - "8000:8001"
    ```
    ```yaml good
    services:
      triton:
        image: nvcr.io/nvidia/tritonserver:25.08-py3
        ports:
          - "8000:8000"
          - "8001:8001"
    ```
    """
    written = service.sequence("ports")
    if written is None or len(written.items) < 2 or is_on_host_network(service):
        return
    items = port_items(service)
    taken: dict[tuple[int, str], list[tuple[PortItem, int]]] = {}
    for item in items:
        for port, target in _pairs(item):
            held = taken.setdefault((port, item.protocol), [])
            other = next((each for each, held_target in held if held_target != target and _meet(each, item)), None)
            held.append((item, target))
            if other is not None:
                yield Finding(
                    item.span,
                    f"this container will not start: port {port} of the host cannot lead to two of its ports",
                    "Publish on another port of the host.",
                    related=(Related(other.span, f"port {port} of the host is taken here"),),
                )
                break


def _pairs(item: PortItem) -> Iterator[tuple[int, int]]:
    """Each port of the host with the port of the container that it leads to, where both are certain."""
    if len(item.published) == len(item.targets) <= _MOST:
        yield from zip(item.published, item.targets, strict=True)


def _meet(one: PortItem, other: PortItem) -> bool:
    return one.address == other.address or one.address in _ANY or other.address in _ANY
