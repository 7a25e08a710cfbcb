from collections.abc import Iterator
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Scalar, Sequence
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Layer, Related, Severity
from stacks.rules.fixes import fix_at
from stacks.rules.registry import rule

_SHARED = ("service:", "container:")
_OPTIONS = {
    "ports": "publish ports",
    "expose": "expose ports",
    "hostname": "have a name of its own",
    "dns": "have name servers of its own",
    "extra_hosts": "have hosts of its own",
    "links": "have links",
    "mac_address": "have an address of its own",
}


@rule(
    "NET110",
    title="A container in the network of another has network settings of its own",
    layer=Layer.GPU,
    severity=Severity.ERROR,
    on=Service,
    keys=("network_mode",),
    url="https://docs.docker.com/engine/network/#container-networks",
)
def option_of_shared_network(service: Service, context: Context) -> Iterator[Finding]:
    """With `network_mode: service:NAME` a container uses the network of another one, its name and its ports included.
    Docker Compose accepts `ports`, `hostname` and others beside it; the engine refuses to create the container:
    `conflicting options: port publishing and the container type network mode`.

    Write them in the service whose network it is.

    ```yaml bad
    services:
      vpn:
        image: qmcgaw/gluetun:v3.40
      ollama:
        image: ollama/ollama:0.13.5
        network_mode: service:vpn
        ports:
          - "127.0.0.1:11434:11434"
    ```
    ```yaml good
    services:
      vpn:
        image: qmcgaw/gluetun:v3.40
        ports:
          - "127.0.0.1:11434:11434"
      ollama:
        image: ollama/ollama:0.13.5
        network_mode: service:vpn
    ```
    """
    mode = service.scalar("network_mode")
    if mode is None or not mode.string.startswith(_SHARED):
        return
    owner = mode.string.partition(":")[2]
    for key, meaning in _OPTIONS.items():
        entry = service.get(key)
        if entry is None or _is_empty(entry.value):
            continue
        path = (*service.path, key)
        yield Finding(
            entry.key.span,
            f"the engine will refuse this container: in the network of `{owner}` it cannot {meaning}",
            f"Move `{key}` to `{owner}`.",
            fix_at(
                context.document,
                path,
                f"delete `{key}`",
                partial(editing.delete, context.document, path),
                safe=False,
            ),
            (Related(mode.span, "the network of another container"),),
        )


def _is_empty(node: Scalar | Sequence | Mapping) -> bool:
    if isinstance(node, Scalar):
        return not node.string.strip() or node.value is None
    return not (node.items if isinstance(node, Sequence) else node.entries)
