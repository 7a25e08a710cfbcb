"""Lists of a service and of what it extends that Compose cannot make one of.

Source: compose-go 2.9.1, override/merge.go and override/uncity.go, and the schema's `uniqueItems`.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Node, Scalar, Sequence
from stacks.compose.references import lineage
from stacks.compose.source import Span

# Lists that are put one behind the other, and of which Compose neither drops equal items nor takes them.
_APPENDED: Final = ("external_links", "group_add", "security_opt", "volumes_from")


class MergeConflict(NamedTuple):
    """Why a service and its base do not go together: the places in both, and what is wrong with the service's."""

    span: Span
    base_span: Span
    reason: str


def merge_conflicts(service: Service) -> Iterator[MergeConflict]:
    """What of a service conflicts with the services that it extends in this file."""
    if service.get("extends") is None:
        return
    bases = lineage(service).services[1:]
    for base in bases:
        for key in _APPENDED:
            yield from _repeated(key, service.node.value(key), base.node.value(key))
    gpus = service.node.value("gpus")
    inherited = next((node for base in bases if (node := base.node.value("gpus")) is not None), None)
    if isinstance(gpus, Scalar) and gpus.value is not None and isinstance(inherited, Sequence):
        yield MergeConflict(gpus.span, inherited.span, "`gpus` is a list in the base, so that it has to be one here")


def _repeated(key: str, own: Node | None, inherited: Node | None) -> Iterator[MergeConflict]:
    if not isinstance(own, Sequence) or not isinstance(inherited, Sequence):
        return
    known = {item.string: item.span for item in inherited.scalars}
    for item in own.scalars:
        if item.string in known:
            reason = f"`{item.string}` is in `{key}` of the base already, and may be there once"
            yield MergeConflict(item.span, known[item.string], reason)
