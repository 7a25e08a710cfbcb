"""For what of other services a service waits before it starts: the conditions of `depends_on`."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from stacks.compose.document import Document, Service
from stacks.compose.nodes import Mapping, Scalar, Sequence
from stacks.compose.source import Span

STARTED: Final = "service_started"
HEALTHY: Final = "service_healthy"
ENDED: Final = "service_completed_successfully"


class Wait(NamedTuple):
    """One service that is waited for; the place is that of the condition, in the list form that of the name."""

    service: Service
    name: str
    condition: str
    span: Span
    in_list: bool


def waits(service: Service) -> Iterator[Wait]:
    """What the service's own `depends_on` says, in both forms."""
    node = service.node.value("depends_on")
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar):
                yield Wait(service, item.string, STARTED, node.item_span(index), True)
    elif isinstance(node, Mapping):
        for name, entry in node.effective.items():
            condition = entry.value.scalar("condition") if isinstance(entry.value, Mapping) else None
            if condition is not None:
                yield Wait(service, name, condition.string, condition.span, False)


def waited_for(document: Document, condition: str) -> dict[str, Wait]:
    """By the name of a service, the first wait for it on that condition."""
    found: dict[str, Wait] = {}
    for service in document.services:
        if service.get("depends_on") is not None:
            for wait in waits(service):
                if wait.condition == condition:
                    found.setdefault(wait.name, wait)
    return found
