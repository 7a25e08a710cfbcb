"""What a service mounts: the items of its `volumes` in both forms, each with its place."""

from collections.abc import Iterator
from typing import NamedTuple

from stacks.compose.document import Service
from stacks.compose.mounts import clean_path
from stacks.compose.nodes import Mapping, Node, Path, Scalar, Sequence, long_form_span
from stacks.compose.once import once
from stacks.compose.references import lineage
from stacks.compose.source import Span
from stacks.compose.values import Invalid
from stacks.compose.volumes import is_host_path, parse_volume


class MountItem(NamedTuple):
    """One mount. `source` is empty for an anonymous volume; `kind` is `bind`, `volume`, `tmpfs` …"""

    path: Path
    span: Span
    source: str
    target: str
    kind: str


@once
def mount_items(service: Service) -> tuple[MountItem, ...]:
    """The mounts of the service itself and of what it extends; those that cannot be read are left out."""
    return tuple(_items(service))


def _items(service: Service) -> Iterator[MountItem]:
    for each in lineage(service).services:
        node = each.node.value("volumes")
        for index, item in enumerate(node.items) if isinstance(node, Sequence) else ():
            read = _read(item)
            if read is not None and isinstance(node, Sequence):
                source, target, kind = read
                yield MountItem(
                    (*each.path, "volumes", index),
                    long_form_span(item, "source", node.item_span(index)),
                    source,
                    clean_path(target),
                    kind,
                )
        tmpfs = each.node.value("tmpfs")
        for written in tmpfs.scalars if isinstance(tmpfs, Sequence) else (tmpfs,):
            if isinstance(written, Scalar) and isinstance(written.value, str):
                target = clean_path(written.string.partition(":")[0])
                yield MountItem((*each.path, "tmpfs"), written.span, "", target, "tmpfs")


def covers(folder: str, path: str) -> bool:
    """Whether `path` is `folder` or lies below it; both are clean."""
    return path == folder or folder == "/" or path.startswith(f"{folder}/")


def _read(item: Node) -> tuple[str, str, str] | None:
    if isinstance(item, Scalar):
        mount = parse_volume(item.string) if isinstance(item.value, str) else None
        if mount is None or isinstance(mount, Invalid):
            return None
        return mount.source or "", mount.target, mount.type.value
    if not isinstance(item, Mapping):
        return None
    source, target, kind = item.scalar("source"), item.scalar("target"), item.scalar("type")
    if target is None:
        return None
    written = source.string if source is not None else ""
    return written, target.string, kind.string if kind is not None else "bind" if is_host_path(written) else "volume"
