"""What a service mounts where, as far as Compose compares it.

Source: compose-go 2.9.1, override/uncity.go, transform/volume.go, loader/normalize.go and loader/validate.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from stacks.compose.document import Service
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence, long_form_span
from stacks.compose.references import lineage
from stacks.compose.source import Span
from stacks.compose.values import Invalid
from stacks.compose.volumes import parse_volume


def colliding_mounts(service: Service) -> Iterator[tuple[str, Span, Span]]:
    """The targets that are mounted twice, with the places of both mounts; inherited mounts come first.

    Of volumes with the same target, and of `tmpfs` items with the same text before `=`, Compose keeps the last only.
    """
    if not any(_may_collide(each.node) for each in lineage(service).services):
        return
    first: dict[str, Span] = {}
    for target, span in (*_tmpfs(service), *_volumes(service)):
        earlier = first.setdefault(target, span)
        if earlier is not span:
            yield target, earlier, span


def _may_collide(service: Mapping) -> bool:
    """Short volumes alone never do."""
    if "tmpfs" in service.effective:
        return True
    volumes = service.value("volumes")
    return isinstance(volumes, Sequence) and any(type(item) is not Scalar for item in volumes.items)


def _tmpfs(service: Service) -> list[tuple[str, Span]]:
    kept: dict[str, tuple[str, Span]] = {}
    for each in reversed(lineage(service).services):
        for item, span in _items(each.node.value("tmpfs")):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                kept[item.string.partition("=")[0]] = (item.string.partition(":")[0], span)
    return list(kept.values())


def _volumes(service: Service) -> list[tuple[str, Span]]:
    kept: dict[str, Span] = {}
    for each in reversed(lineage(service).services):
        for item, span in _items(each.node.value("volumes")):
            target = _target(item)
            if target is not None:
                kept[target] = long_form_span(item, "target", span)
    return [(clean_path(target), span) for target, span in kept.items()]


def _items(node: Node | None) -> Iterator[tuple[Node, Span]]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield item, node.item_span(index)
    elif isinstance(node, Scalar) and node.value is not None:
        yield node, node.span


def _target(item: Node) -> str | None:
    """A short volume's target is cleaned before Compose compares, a long one's only afterwards."""
    if isinstance(item, Scalar):
        mount = parse_volume(item.string)
        return None if isinstance(mount, Invalid) else clean_path(mount.target)
    target = item.scalar("target") if isinstance(item, Mapping) else None
    return target.string if target is not None else None


def clean_path(path: str) -> str:
    """As Go's `path.Clean`: `/data/` is `/data`."""
    cleaned = normpath(path) if path else "."
    return cleaned[1:] if cleaned.startswith("//") else cleaned
