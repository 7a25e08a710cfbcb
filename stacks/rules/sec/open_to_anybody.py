from collections.abc import Iterator
from functools import partial

from stacks.arguments import option
from stacks.compose.document import Service
from stacks.compose.port_items import PortItem
from stacks.compose.source import TextEdit
from stacks.facts.services import ServedImage
from stacks.listening import keep_local, listening_ports, reachable, running
from stacks.rules.context import Context
from stacks.rules.findings import Finding, Fix, Layer, Related, Severity
from stacks.rules.registry import rule


@rule(
    "SEC201",
    title="A server without a login is published to the network",
    layer=Layer.PRACTICE,
    severity=Severity.INFO,
    on=Service,
    keys=("network_mode", "ports"),
    url="https://docs.docker.com/engine/network/port-publishing/#publishing-ports",
)
def open_to_anybody(service: Service, context: Context) -> Iterator[Finding]:
    """`"11434:11434"` publishes on all addresses of the host, and Docker does so past the rules of firewalls such as
    ufw. Ollama, ComfyUI, Triton and the exporters of metrics ask nobody for a password; vLLM, SGLang, llama.cpp and
    Text Generation Inference do so only when they are given a key. Whoever reaches the port uses the GPU, and in some
    cases runs code.

    Publish on `127.0.0.1`, set a key, or put a proxy with a login in front. Other services of the file need no
    published port.

    ```yaml bad
    services:
      ollama:
        image: ollama/ollama:0.13.5
        ports:
          - "11434:11434"
    ```
    ```yaml good
    services:
      ollama:
        image: ollama/ollama:0.13.5
        ports:
          - "127.0.0.1:11434:11434"
    ```
    """
    known = running(service)
    if known is None or not known.opens or _has_key(service, known):
        return
    close = ", or set a key" if known.key_options or known.key_variables else ""
    ports = listening_ports(service)
    places = list(reachable(service, ports))
    if not places:
        return
    items = [place.item for place in places if place.item is not None]
    where = "Publish on `127.0.0.1`" if items else "Publish on `127.0.0.1` instead of the host's network"
    who = f"anybody who reaches this host{places[0].way}"
    yield Finding(
        places[0].span,
        f"{who} can {known.opens}: {known.title} on port `{ports[0]}` asks for no login",
        f"{where}{close}.",
        Fix("publish on `127.0.0.1`", partial(_edits, service, items), safe=False) if items else None,
        tuple(Related(place.span, "published here as well") for place in places[1:]),
    )


def _edits(service: Service, items: list[PortItem]) -> Iterator[TextEdit]:
    for item in items:
        yield from keep_local(service, item)


def _has_key(service: Service, known: ServedImage) -> bool:
    if any(option(service, name) is not None for name in known.key_options):
        return True
    if known.key_variables and service.get("env_file") is not None:
        return True
    return any(service.variable(name) is not None for name in known.key_variables)
