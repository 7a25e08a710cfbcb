"""Settings of a build that Compose refuses together.

Source: compose-go 2.9.1, loader/validate.go, transform/mapping.go and transform/ssh.go.
"""

from collections.abc import Iterator
from typing import NamedTuple

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.references import SERVICE_PREFIX, Lineage, is_enabled, is_self_contained, lineage
from stacks.compose.source import Span
from stacks.compose.values import quote


class BuildConflict(NamedTuple):
    """A refusal; `is_malformed` says that Compose refuses it even in a service that is off."""

    span: Span
    message: str
    hint: str
    is_malformed: bool


def build_conflicts(service: Service) -> Iterator[BuildConflict]:
    """What Compose refuses of the `build` of a service."""
    if not isinstance(service.node.value("build"), Mapping):
        return
    whole = lineage(service)
    yield from _dockerfiles(whole)
    yield from _platforms(whole)
    yield from _contexts(service)
    yield from _ssh_keys(service)


def _text(node: Node | None) -> str:
    return node.string if isinstance(node, Scalar) else ""


def _dockerfiles(whole: Lineage) -> Iterator[BuildConflict]:
    inline = whole.find("build", "dockerfile_inline")
    if inline is not None and _text(inline) and _text(whole.find("build", "dockerfile")):
        message = "Docker Compose will refuse this file: this build has both `dockerfile` and `dockerfile_inline`"
        yield BuildConflict(inline.span, message, "Delete one of the two.", False)


def _platforms(whole: Lineage) -> Iterator[BuildConflict]:
    platform = _text(whole.find("platform"))
    nodes = [each.find("build", "platforms") for each in whole.services]
    lists = [node for node in nodes if isinstance(node, Sequence)]
    built = {item.string for node in lists for item in node.scalars}
    if platform and built and platform not in built:
        message = (
            f"Docker Compose will refuse this file: `platforms` of the build lacks the service's {quote(platform)}"
        )
        yield BuildConflict(lists[0].span, message, f"Add {quote(platform)}, or delete `platform`.", False)


def _contexts(service: Service) -> Iterator[BuildConflict]:
    node = service.find("build", "additional_contexts")
    if isinstance(node, Sequence):
        for item in node.scalars:
            _, equals, source = item.string.partition("=")
            if not equals:
                message = f"Docker Compose will refuse this file: {quote(item.string)} is no context"
                yield BuildConflict(item.span, message, "Write `NAME=SOURCE`.", True)
            else:
                yield from _context(service, source, item.span)
    elif isinstance(node, Mapping):
        for entry in node.effective.values():
            yield from _context(service, _text(entry.value), entry.value_span)


def _context(service: Service, source: str, span: Span) -> Iterator[BuildConflict]:
    if not source.startswith(SERVICE_PREFIX) or not is_self_contained(service.document):
        return
    name = source.removeprefix(SERVICE_PREFIX)
    target = service.document.service(name)
    if target is None or not is_enabled(target):
        message = f"Docker Compose will refuse this file: there is no service {quote(name)} to build from"
        yield BuildConflict(span, message, "Correct the name.", False)
    elif lineage(target).is_whole and lineage(target).find("build") is None:
        message = (
            f"Docker Compose will refuse this file: service {quote(name)} is not built, so nothing can build on it"
        )
        yield BuildConflict(span, message, f"Write `docker-image://` and the image of {quote(name)}.", False)


def _ssh_keys(service: Service) -> Iterator[BuildConflict]:
    node = service.find("build", "ssh")
    for item in node.scalars if isinstance(node, Sequence) else ():
        if "=" not in item.string and item.string != "default":
            message = f"Docker Compose will refuse this file: the key {quote(item.string)} has no path"
            yield BuildConflict(item.span, message, "Write `NAME=PATH`, or `default` for the agent.", True)
