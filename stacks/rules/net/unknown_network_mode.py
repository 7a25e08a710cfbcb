from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.values import quote
from stacks.facts.spelling import closest
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_MODES = ("host", "none", "bridge", "default")
_UNNAMED = ("container", "container:")


@rule(
    "NET111",
    title="The network mode is a misspelt word",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("network_mode",),
    url="https://docs.docker.com/reference/compose-file/services/#network_mode",
)
def unknown_network_mode(service: Service, context: Context) -> Iterator[Finding]:
    """`network_mode` is `host`, `none`, `bridge`, `service:NAME` or `container:NAME`. The engine takes any other word
    for the name of a network, and the container does not start where there is none: `network hosts not found` (seen
    with Engine 28). Words are in lower case.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        network_mode: Host
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        network_mode: host
    ```
    """
    node = service.scalar("network_mode")
    if node is None or node.string in _MODES or not node.string:
        return
    if node.string in _UNNAMED:
        message = f"the engine will refuse this container: {quote(node.string)} does not say whose network is meant"
        yield Finding(node.span, message, "Write `service:NAME` or `container:NAME`.")
        return
    meant = closest(node.string, _MODES, cutoff=0.85)
    if meant is None or node.string.strip()[:1].lower() != meant[0]:
        return
    path = (*service.path, "network_mode")
    edits = partial(editing.set_value, service.document, path, meant)
    yield Finding(
        node.span,
        f"this container will not start: the engine takes {quote(node.string)} for the name of a network",
        f"Write `{meant}`.",
        fix_at(service.document, path, f"write `{meant}`", edits, safe=False) if node.interpolated is None else None,
        severity=None if node.string.strip().lower() == meant else Severity.WARNING,
    )
