"""Requests for GPUs that Docker Compose puts behind those of an earlier file, or of a service that is extended."""

from __future__ import annotations

from stacks.compose.devices import DeviceRequest
from stacks.compose.node_paths import path_at
from stacks.compose.nodes import OVERRIDE_TAG, Mapping, find
from stacks.compose.references import lineage
from stacks.compose.source import EditError, Span, TextEdit


def appended_to(request: DeviceRequest) -> DeviceRequest | None:
    """The first request of the list to which Compose appends this one: that of a file before, or of a base.

    None for a request that begins its list.
    """
    service, document = request.service, request.service.document
    if request.index is None:
        return None
    layer = document.layer_at(request.span.start)
    for each in service.device_requests:
        if each.origin is request.origin:
            if document.layer_at(each.span.start) != layer:
                return each
            break
    holder = find(document.root, *request.path[:-1])
    if holder is not None and holder.tag == OVERRIDE_TAG:
        return None
    inherited = (each for base in lineage(service).services[1:] for each in base.device_requests)
    return next((each for each in inherited if each.origin is request.origin and each.index is not None), None)


def overriding(request: DeviceRequest) -> tuple[TextEdit, ...]:
    """Mark the list that holds a request with `!override`, so that it stands in place of the one before."""
    document = request.service.document
    root, at = document.root_at(request.span.start), request.span.start
    path = path_at(root, at) if root is not None else ()
    steps = [index for index, step in enumerate(path) if isinstance(step, int)]
    parent = find(root, *path[: steps[0] - 1]) if steps else None
    entry = parent.get(str(path[steps[0] - 1])) if isinstance(parent, Mapping) else None
    if entry is None or entry.alias is not None or entry.value.tag is not None:
        raise EditError("the list of requests stands elsewhere; edit its text")
    colon = document.text.find(":", entry.key.end, max(entry.value.start, entry.key.end + 1))
    if colon < 0:
        raise EditError("this list is written in a way that cannot be edited; edit its text")
    return (TextEdit(Span(colon + 1, colon + 1), f" {OVERRIDE_TAG}"),)
