"""What services take from each other: bases to extend, dependencies, shared namespaces; and which of them count.

Source: compose-go 2.9.1, loader/extends.go, loader/normalize.go and loader/validate.go.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from stacks.compose.document import Document, Service
from stacks.compose.nodes import RESET_TAG, Mapping, Node, Path, Scalar, Sequence, find
from stacks.compose.once import once
from stacks.compose.schema_casts import to_boolean
from stacks.compose.source import Span

SERVICE_PREFIX: Final = "service:"
CONTAINER_PREFIX: Final = "container:"
_LONGEST_CHAIN: Final = 30  # of services that extend each other; nobody can follow a longer one
_MOST_CYCLES: Final = 50
_NAMESPACES: Final = ("network_mode", "ipc", "pid", "uts")


class ServiceReference(NamedTuple):
    """A place where a service names another one that has to start before it; `key` is where: `depends_on`, `links` …"""

    name: str
    span: Span
    key: str
    path: Path
    required: bool


class Lineage(NamedTuple):
    """A service and what it extends, nearest first. `is_whole` unless a base is missing or in another file."""

    services: tuple[Service, ...]
    is_whole: bool

    def find(self, *path: str | int) -> Node | None:
        """The node at a path, of the nearest that gives it a value: what counts where the value is no list or mapping.

        An empty value takes nothing away from a base; `!reset` takes all.
        """
        for service in self.services:
            node = find(service.node, *path)
            if node is not None and node.tag == RESET_TAG:
                return None
            if node is not None and not (isinstance(node, Scalar) and node.value is None):
                return node
        return None


class _Facts(NamedTuple):
    lineages: dict[str, Lineage]
    references: dict[str, tuple[ServiceReference, ...]]


@once
def _facts(document: Document) -> _Facts:
    return _Facts({}, {})


def is_self_contained(document: Document) -> bool:
    """Whether all that Compose sees is in this text: no `include`, one YAML document."""
    if len(document.parsed.roots) != 1 or document.root is None:
        return False
    include = document.root.value("include")
    return not (isinstance(include, Sequence) and include.items)


def names_other_files(document: Document) -> bool:
    """Whether a document extends a service of another file, or includes one."""
    if document.root is None or not ("include" in document.text or "extends" in document.text):
        return False
    include = document.root.sequence("include")
    if include is not None and include.items:
        return True
    return any(base is not None and base.file is not None for base in map(extended, document.services))


def lineage(service: Service) -> Lineage:
    """The service with its bases."""
    known = _facts(service.document).lineages
    if service.name not in known:
        known[service.name] = _lineage(service)
    return known[service.name]


def _lineage(service: Service) -> Lineage:
    if service.get("extends") is None:
        return Lineage((service,), True)
    chain = [service]
    while len(chain) < _LONGEST_CHAIN:
        base = extended(chain[-1])
        if base is None:
            return Lineage(tuple(chain), True)
        target = service.document.service(base.name)
        if base.file is not None or target is None or target in chain:
            break
        chain.append(target)
    return Lineage(tuple(chain), False)


class Extended(NamedTuple):
    """What `extends` names: a service, in this file or in another one."""

    name: str
    file: str | None
    span: Span
    file_span: Span | None


def extended(service: Service) -> Extended | None:
    """What a service extends; None where there is no `extends`, or none that can be read."""
    return extended_by(service.node)


def extended_by(service: Mapping) -> Extended | None:
    """As `extended`, of the mapping of a service."""
    entry = service.get("extends")
    node = entry.value if entry else None
    if entry is not None and isinstance(node, Scalar) and node.value is not None:
        return Extended(node.string, None, entry.value_span, None)
    if isinstance(node, Mapping):
        name, file = node.get("service"), node.get("file")
        if name is not None and isinstance(name.value, Scalar):
            is_given = file is not None and isinstance(file.value, Scalar) and file.value.value is not None
            path = file.value.string if file and is_given and isinstance(file.value, Scalar) else None
            return Extended(name.value.string, path, name.value_span, file.value_span if file and is_given else None)
    return None


def is_enabled(service: Service) -> bool:
    """Whether Compose starts the service without being asked for a profile (beyond those of COMPOSE_PROFILES)."""
    wanted = {name.strip() for name in (service.document.lookup("COMPOSE_PROFILES") or "").split(",")} - {""}
    profiles = {name for each in lineage(service).services for name in each.profiles}
    return not profiles or "*" in wanted or bool(profiles & wanted)


def service_references(service: Service) -> tuple[ServiceReference, ...]:
    """Every service that has to start before this one, its own and inherited ones, each as often as it is named."""
    known = _facts(service.document).references
    if service.name not in known:
        known[service.name] = tuple(reference for each in lineage(service).services for reference in _references(each))
    return known[service.name]


def own_references(service: Service) -> tuple[ServiceReference, ...]:
    """As `service_references`, of what is written in the service itself."""
    return tuple(_references(service))


def _references(service: Service) -> Iterator[ServiceReference]:
    keys = service.node.effective
    if "depends_on" in keys:
        yield from _depends_on(service)
    for item, span, path in _texts(service, "links"):
        head, _, alias = item.partition(":")
        yield ServiceReference(head if ":" not in alias and alias else item, span, "links", path, True)
    for item, span, path in _texts(service, "volumes_from"):
        if not item.startswith(CONTAINER_PREFIX):
            yield ServiceReference(item.partition(":")[0], span, "volumes_from", path, True)
    for key in _NAMESPACES:
        entry = keys.get(key)
        if entry is not None and isinstance(entry.value, Scalar) and entry.value.string.startswith(SERVICE_PREFIX):
            name = entry.value.string.removeprefix(SERVICE_PREFIX)
            yield ServiceReference(name, entry.value_span, key, (*service.path, key), True)


def _depends_on(service: Service) -> Iterator[ServiceReference]:
    path: Path = (*service.path, "depends_on")
    for name, span, place in _texts(service, "depends_on"):
        yield ServiceReference(name, span, "depends_on", place, True)
    node = service.node.value("depends_on")
    if isinstance(node, Mapping):
        for name, entry in node.effective.items():
            required = entry.value.scalar("required") if isinstance(entry.value, Mapping) else None
            value = required.value if required is not None else True
            is_required = (to_boolean(value) if isinstance(value, str) else value) is not False
            yield ServiceReference(name, entry.key.span, "depends_on", (*path, name), is_required)


def _texts(service: Service, key: str) -> Iterator[tuple[str, Span, Path]]:
    node = service.node.value(key)
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar):
                yield item.string, node.item_span(index), (*service.path, key, index)


def dependency_cycles(document: Document) -> tuple[tuple[ServiceReference, ...], ...]:
    """The circles of services that wait for each other; in each, a reference leads to the service of the next.

    Services that are off, and what leads to them, are left out, as Compose leaves them out.
    """
    if not is_self_contained(document):
        return ()
    edges = {
        service.name: [each for each in service_references(service) if document.service(each.name) is not None]
        for service in document.services
        if is_enabled(service)
    }
    edges = {name: [each for each in references if each.name in edges] for name, references in edges.items()}
    cycles: list[tuple[ServiceReference, ...]] = []
    finished: set[str] = set()
    for name in edges:
        if name not in finished and len(cycles) < _MOST_CYCLES:
            _search(name, edges, finished, cycles)
    return tuple(cycles)


def _search(
    start: str,
    edges: dict[str, list[ServiceReference]],
    finished: set[str],
    cycles: list[tuple[ServiceReference, ...]],
) -> None:
    """Depth first from `start`, without recursion; each circle is found once, where its last reference closes it."""
    trail: list[ServiceReference] = []
    names = {start: 0}  # where on the trail each service is left
    pending = [iter(edges[start])]
    while pending and len(cycles) < _MOST_CYCLES:
        reference = next(pending[-1], None)
        if reference is None:
            pending.pop()
            finished.add(names.popitem()[0])
            if trail:
                trail.pop()
        elif reference.name in names:
            cycles.append((*trail[names[reference.name] :], reference))
        elif reference.name not in finished:
            trail.append(reference)
            names[reference.name] = len(trail)
            pending.append(iter(edges[reference.name]))
