from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Scalar, Sequence
from stacks.compose.references import is_enabled, lineage
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "COM063",
    title="A service has both network_mode and networks",
    layer=Layer.COMPOSE,
    severity=Severity.ERROR,
    on=Service,
    keys=("network_mode", "networks"),
    url="https://github.com/compose-spec/compose-go/blob/v2.9.1/loader/validate.go",
)
def network_mode_with_networks(service: Service, context: Context) -> Iterator[Finding]:
    """`network_mode` (such as `host`) takes the place of networks. Docker Compose refuses a service that has both,
    be one of them inherited with `extends` or not.

    Delete one of the two.

    ```yaml bad
    services:
      train:
        image: pytorch/pytorch
        network_mode: host
        networks: [default]
    ```
    ```yaml good
    services:
      train:
        image: pytorch/pytorch
        network_mode: host
    ```
    """
    if service.get("network_mode") is None and service.get("networks") is None:
        return
    whole = lineage(service)
    mode, networks = whole.find("network_mode"), whole.find("networks")
    names = (
        networks.items if isinstance(networks, Sequence) else networks.entries if isinstance(networks, Mapping) else ()
    )
    if isinstance(mode, Scalar) and mode.string and networks is not None and names:
        entry = service.get("networks") or service.get("network_mode")
        assert entry is not None
        message = f"Docker Compose will refuse this file: service `{service.name}` has `network_mode` and `networks`"
        related = (Related(mode.span, "the network mode"),)
        severity = None if is_enabled(service) else Severity.WARNING
        yield Finding(entry.key.span, message, "Delete one of the two.", related=related, severity=severity)
