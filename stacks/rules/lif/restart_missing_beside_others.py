from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.nodes import Scalar
from stacks.compose.references import extended
from stacks.listening import server
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule

_FOREVER = ("always", "unless-stopped")


@rule(
    "LIF204",
    title="A server has no restart policy, and others of the file have",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Document,
    url="https://docs.docker.com/engine/containers/start-containers-automatically/",
)
def restart_missing_beside_others(document: Document, context: Context) -> Iterator[Finding]:
    """Without `restart` a container stays down when it crashes and when the host restarts. Where most of a file comes
    back by itself and one server does not, the stack is half up after the next update of the driver.

    Give it the policy of the others.

    ```yaml bad
    services:
      ui:
        image: ghcr.io/open-webui/open-webui:v0.6.30
        restart: unless-stopped
      ollama:
        image: ollama/ollama:0.13.5
    ```
    ```yaml good
    services:
      ui:
        image: ghcr.io/open-webui/open-webui:v0.6.30
        restart: unless-stopped
      ollama:
        image: ollama/ollama:0.13.5
        restart: unless-stopped
    ```
    """
    lasting = [(service, node) for service in document.services if (node := _lasting(service)) is not None]
    if len(lasting) * 2 < len(document.services):
        return
    for service in document.services:
        if service.get("restart") is None and server(service) is not None and _decides_itself(service):
            other, node = lasting[0]
            path = (*service.path, "restart")
            yield Finding(
                service.span,
                f"`{service.name}` will stay down after a crash or a restart of the host; `{other.name}` comes back",
                f"Write `restart: {node.string}`.",
                Fix(
                    f"write `restart: {node.string}`",
                    partial(editing.set_value, document, path, node.string),
                    safe=False,
                ),
                (Related(node.span, f"as `{other.name}` has it"),),
            )


def _lasting(service: Service) -> Scalar | None:
    node = service.node.value("restart")
    return node if isinstance(node, Scalar) and node.string in _FOREVER else None


def _decides_itself(service: Service) -> bool:
    return extended(service) is None and service.mapping("deploy", "restart_policy") is None and not service.profiles
