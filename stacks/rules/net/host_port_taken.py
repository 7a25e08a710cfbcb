from collections.abc import Iterator

from stacks.compose.document import Document
from stacks.compose.published_ports import PortCollision, colliding_ports
from stacks.patterns import lazy_pattern
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule

# What a name says of the hardware that the service is for.
_HARDWARE = lazy_pattern(r"(?i)(^|[-_.])(cpu|gpu|cuda\d*|nvidia|rocm|amd|intel|arm64|jetson)(?=[-_.]|$)")


@rule(
    "NET002",
    title="Two services publish on the same host port",
    layer=Layer.PRACTICE,
    severity=Severity.ERROR,
    on=Document,
    url="https://docs.docker.com/engine/network/port-publishing/",
)
def host_port_taken(document: Document, context: Context) -> Iterator[Finding]:
    """A port of the host can lead to one container only. Docker Compose accepts the file, and the engine then
    refuses to start the second container: `Bind for 0.0.0.0:8888 failed: port is already allocated`. The same
    happens to the second replica of a service that publishes on a fixed port.

    Where a profile decides whether one of the two starts, or their names say that they are the same for other hardware
    (`dev-cpu` and `dev-gpu`), they may be meant to take turns, and this is a warning.

    Give each service a host port of its own, or leave the host port out and let the engine pick one.

    ```yaml bad
    services:
      train:
        image: quay.io/jupyter/pytorch-notebook
        ports:
          - "8888:8888"
      eval:
        image: quay.io/jupyter/pytorch-notebook
        ports:
          - "8888:8888"
    ```
    ```yaml good
    services:
      train:
        image: quay.io/jupyter/pytorch-notebook
        ports:
          - "8888:8888"
      eval:
        image: quay.io/jupyter/pytorch-notebook
        ports:
          - "8889:8888"
    ```
    """
    for collision in colliding_ports(document):
        if collision.other == collision.service:
            message = f"only one of {collision.replicas} replicas can start: each needs the host port {collision.port}"
            yield Finding(collision.span, message, "Publish a range, or leave the host port out.")
        else:
            both = f"`{collision.other}`: both need the host port {collision.port}"
            message = f"service `{collision.service}` cannot start beside {both}"
            related = (Related(collision.other_span, f"taken by `{collision.other}` here"),)
            severity = Severity.WARNING if _may_take_turns(document, collision) else None
            yield Finding(collision.span, message, "Publish on another host port.", related=related, severity=severity)


def _may_take_turns(document: Document, collision: PortCollision) -> bool:
    """Whether a profile decides if one of the two starts: people keep variants of a service in one file."""
    pair = (document.service(collision.service), document.service(collision.other))
    if any(service is not None and service.profiles for service in pair):
        return True
    one, other = (_HARDWARE.sub("", name) for name in (collision.service, collision.other))
    return one == other
