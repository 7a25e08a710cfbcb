from collections.abc import Iterator

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar, Sequence
from stacks.compose.references import lineage
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "NET003",
    title="Ports are published in host network mode",
    layer=Layer.PRACTICE,
    severity=Severity.WARNING,
    on=Service,
    keys=("ports",),
    url="https://docs.docker.com/engine/network/drivers/host/",
)
def ports_with_host_network(service: Service, context: Context) -> Iterator[Finding]:
    """With `network_mode: host` the container uses the host's network directly: what it listens on is open on the
    host, and the engine discards `ports`. A mapping such as `8080:80` then does not hold: the service answers on
    port 80.

    Delete `ports`, or delete `network_mode`.

    ```yaml bad
    services:
      vllm:
        image: vllm/vllm-openai
        network_mode: host
        ports:
          - "9000:8000"
    ```
    ```yaml good
    services:
      vllm:
        image: vllm/vllm-openai
        network_mode: host
    ```
    """
    entry = service.get("ports")
    if entry is None or not isinstance(entry.value, Sequence) or not entry.value.items:
        return
    mode = lineage(service).find("network_mode")
    if isinstance(mode, Scalar) and mode.string == "host":
        message = "these ports will not be published: with `network_mode: host` the engine discards them"
        related = (Related(mode.span, "the network mode"),)
        yield Finding(entry.key.span, message, "Delete `ports`, or `network_mode`.", related=related)
