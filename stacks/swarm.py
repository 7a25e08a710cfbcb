"""What of a service is for Swarm (`docker stack deploy`), which reads fewer keys than Docker Compose."""

from typing import NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Scalar
from stacks.compose.source import Span

GENERIC_RESOURCES = ("deploy", "resources", "reservations", "generic_resources")


class SwarmSign(NamedTuple):
    """A key that has a meaning in Swarm only, and where it stands."""

    key: str
    span: Span


def swarm_sign(service: Service) -> SwarmSign | None:
    """The first key of the service that says that it is for Swarm; None where nothing does."""
    if "deploy" not in service.node.effective:
        return None
    deploy = service.mapping("deploy")
    for key in ("placement", "endpoint_mode", "mode"):
        entry = deploy.get(key) if deploy is not None else None
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.value is None):
            continue
        if key != "mode":
            return SwarmSign(key, entry.span)
        if isinstance(entry.value, Scalar) and entry.value.string.startswith("global"):
            return SwarmSign("mode: global", entry.span)
    reserved = service.mapping(*GENERIC_RESOURCES[:-1])
    generic = reserved.get(GENERIC_RESOURCES[-1]) if reserved is not None else None
    return SwarmSign(GENERIC_RESOURCES[-1], generic.key.span) if generic is not None else None


def reserved_kinds(service: Service) -> tuple[Scalar, ...]:
    """The kinds of generic resources that the service reserves."""
    node = service.sequence(*GENERIC_RESOURCES) if "deploy" in service.node.effective else None
    found = (
        service.scalar(*GENERIC_RESOURCES, index, "discrete_resource_spec", "kind")
        for index in range(len(node.items) if node is not None else 0)
    )
    return tuple(kind for kind in found if kind is not None)


def reserves_gpus(service: Service) -> bool:
    """Whether the service gets GPUs in Swarm, which then sets what NVIDIA's runtime reads."""
    return any("gpu" in kind.string.lower() for kind in reserved_kinds(service))
