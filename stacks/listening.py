"""Where a service listens, and who can reach it there, as far as the file and the facts of its image say."""

from collections.abc import Iterator
from typing import NamedTuple

from stacks.arguments import Word, command_words, option
from stacks.compose import editing
from stacks.compose.document import Document, Service
from stacks.compose.nodes import Scalar, Sequence
from stacks.compose.once import once
from stacks.compose.port_items import PortItem, port_items
from stacks.compose.source import Span, TextEdit
from stacks.facts.services import ServedImage, served_image
from stacks.model_servers import model_server

_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "python", "python3"})
_BY_COMMAND = ("vllm", "sglang")  # servers that listen alike in any image
_SIGNS = frozenset({"&", "&&", "||", "|", ";"})
_MOST = 50  # ports in a range that is still looked at one by one
_LOOPBACK = ("127.", "localhost", "::1", "[::1]")


@once
def server(service: Service) -> ServedImage | None:
    """The known server that a service runs as its image has it; None where it may be anything else."""
    image = service.image
    known = served_image(image.string) if image is not None and service.get("build") is None else None
    if known is None or service.get("entrypoint") is not None or _is_partly_unknown(service):
        return None
    words = [word.text for word in command_words(service)]
    if not words:
        return known if known.by_itself or not known.programs else None
    if known.programs:
        return known if not set(known.programs).isdisjoint(words) else None
    return None if words[0] in _SHELLS else known


@once
def running(service: Service) -> ServedImage | None:
    """The known server that a service runs, by its image or, in other images, by its command."""
    known = server(service)
    if known is not None or _is_partly_unknown(service):
        return known
    words = [word.text for word in command_words(service)]
    found = model_server(service) if words else None
    if found is None or found.row["kind"] not in _BY_COMMAND or set(found.row["programs"]).isdisjoint(words):
        return None
    several = any(word in _SIGNS or word.endswith(";") for word in words) or sum(map(_names_port, words)) > 1
    return None if several else served_image(found.row["images"][0].removeprefix("docker.io/"))


def _is_partly_unknown(service: Service) -> bool:
    """Whether a part of the command is in another service, or in a variable that has no value."""
    if service.get("extends") is not None:
        return True
    for key in ("command", "entrypoint"):
        node = service.node.value(key)
        for scalar in node.scalars if isinstance(node, Sequence) else (node,):
            written = scalar.interpolated if isinstance(scalar, Scalar) else None
            if written is not None and any(reference.blank for reference in written.references):
                return True
    return False


def _names_port(word: str) -> bool:
    return word.partition("=")[0] == "--port"


@once
def listening_ports(service: Service) -> tuple[int, ...]:
    """The ports on which the service listens inside its container; empty where that is not known."""
    known = running(service)
    if known is None or not known.ports:
        return ()
    if known.port_variables and service.get("env_file") is not None:
        return ()
    for name in known.port_options:
        given = option(service, name)
        if given is not None:
            return _port(given.value.text)
    if _may_be_named_elsewhere(service):
        return ()
    for name in known.port_variables:
        variable = service.variable(name)
        if variable is not None:
            text = variable.value or ""
            return known.ports if variable.value is not None and not _has_port(text) else _port(text)
    return known.ports


def _may_be_named_elsewhere(service: Service) -> bool:
    """Whether a file of settings, or a variable with options (`CLI_ARGS: --port 8189`), may name the port."""
    if any(word.text.partition("=")[0] == "--config" for word in command_words(service)):
        return True
    return any("--port" in (variable.value or "") for variable in service.environment)


def _has_port(text: str) -> bool:
    """Whether `HOST:PORT`, or a port alone, names a port."""
    last = text.rpartition(":")[2]
    return bool(last) and last.isascii() and last.isdigit()


def _port(text: str) -> tuple[int, ...]:
    last = text.rpartition(":")[2]
    return (int(last[:6]),) if _has_port(text) and int(last[:6]) < 65536 else ()


def loopback_word(service: Service) -> Word | None:
    """The place that makes the server listen inside its own container only; None where nothing does."""
    known = running(service)
    if known is None:
        return None
    for name in known.host_options:
        given = option(service, name)
        if given is not None:
            return given.value if given.value.text.startswith(_LOOPBACK) else None
    for name in known.host_variables:
        variable = service.variable(name)
        if variable is not None:
            text = variable.value or ""
            address = text.rpartition("://")[2]
            return Word(text, variable.value_span) if address.startswith(_LOOPBACK) else None
    return None


def is_on_host_network(service: Service) -> bool:
    mode = service.scalar("network_mode")
    return mode is not None and mode.string == "host"


class Reachable(NamedTuple):
    """A place that lets other machines reach the service: an item of `ports`, or `network_mode: host`."""

    span: Span
    item: PortItem | None

    @property
    def way(self) -> str:
        """How others reach it, for a sentence."""
        return "" if self.item is not None else ", by `network_mode: host`,"


def reachable(service: Service, ports: tuple[int, ...]) -> Iterator[Reachable]:
    """Where other machines reach one of these ports."""
    mode = service.get("network_mode")
    if mode is not None and is_on_host_network(service):
        yield Reachable(mode.value_span, None)
        return
    for item in port_items(service):
        if item.is_open and item.protocol == "tcp" and any(port in item.targets for port in ports):
            yield Reachable(item.span, item)


def keep_local(service: Service, item: PortItem) -> tuple[TextEdit, ...]:
    """Publish an item on this machine's own address alone. Raises EditError where its text cannot be edited so."""
    if not isinstance(item.node, Scalar):
        return editing.set_value(service.document, (*item.path, "host_ip"), "127.0.0.1")
    text = item.node.text
    if not item.address:
        return editing.set_value(
            service.document, item.path, f"127.0.0.1:{text}" if ":" in text else f"127.0.0.1::{text}"
        )
    if item.is_interpolated:
        raise editing.EditError("the address may come from a variable")
    rest = text.removeprefix("[").removeprefix(item.address).removeprefix("]")
    return editing.set_value(service.document, item.path, f"127.0.0.1{rest}")


@once
def own_ports(service: Service) -> frozenset[int]:
    """The ports of the container that the file or the image names."""
    targets = {port for item in port_items(service) if len(item.targets) < _MOST for port in item.targets}
    return frozenset(targets).union(listening_ports(service))


def port_behind(service: Service, port: int) -> int | None:
    """The port of the container behind a port of the host; None where the container may have that port itself."""
    exposed = service.sequence("expose")
    if port in own_ports(service) or (exposed is not None and str(port) in {each.string for each in exposed.scalars}):
        return None
    found = {item.targets[0] for item in port_items(service) if len(item.published) == 1 and port in item.published}
    return found.pop() if len(found) == 1 else None


def port_owners(document: Document) -> dict[int, tuple[Service, int]]:
    """By port, the service that has it in its container or publishes it, and the port of the container."""
    found: dict[int, tuple[Service, int]] = {}
    for service in document.services:
        if service.get("network_mode") is not None:
            continue
        for item in port_items(service):
            if len(item.targets) == 1 and len(item.published) < 2:
                for port in (*item.published, item.targets[0]):
                    found.setdefault(port, (service, item.targets[0]))
        for port in listening_ports(service):
            found.setdefault(port, (service, port))
    return found
