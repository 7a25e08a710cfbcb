"""The names and networks by which the containers of a file find each other."""

import re

from stacks.compose.document import Document, Service
from stacks.compose.nodes import Mapping, Sequence


def networks_of(service: Service) -> frozenset[str] | None:
    """The networks of the file that a service is in; None where one is from outside it, with others' services in it."""
    node = service.node.value("networks")
    if isinstance(node, Sequence):
        names = frozenset(item.string for item in node.scalars)
    else:
        names = frozenset(node.effective) if isinstance(node, Mapping) else frozenset()
    defined = service.document.section("networks")
    for name in names or {"default"}:
        entry = defined.get(name)
        if (
            entry is not None
            and isinstance(entry.value, Mapping)
            and {"external", "name"} & entry.value.effective.keys()
        ):
            return None
    return names or frozenset({"default"})


def names_of(document: Document) -> frozenset[str]:
    """The names under which containers of the file are found, beside those of their services."""
    found: set[str] = set()
    for service in document.services:
        for key in ("container_name", "hostname"):
            node = service.scalar(key)
            found.update(() if node is None else (node.string,))
        networks, hosts = service.mapping("networks"), service.node.value("extra_hosts")
        for entry in networks.effective.values() if networks is not None else ():
            aliases = entry.value.sequence("aliases") if isinstance(entry.value, Mapping) else None
            found.update(item.string for item in (aliases.scalars if aliases is not None else ()))
        if isinstance(hosts, Sequence):
            found.update(re.split("[:=]", item.string)[0] for item in hosts.scalars)
        elif isinstance(hosts, Mapping):
            found.update(hosts.effective)
    return frozenset(found)
