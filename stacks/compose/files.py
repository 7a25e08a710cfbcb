"""The files beside a Compose file that it names."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stacks.compose.document import Document, Service
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.references import extended
from stacks.compose.schema_casts import to_boolean
from stacks.compose.source import Span


class NamedFile(NamedTuple):
    """A path from the project's folder, and its place."""

    path: str
    span: Span


def named_files(service: Service) -> Iterator[NamedFile]:
    """The files of `env_file` and `label_file` that Compose needs; optional ones are left out."""
    for key in ("env_file", "label_file"):
        entry = service.get(key)
        if entry is not None:
            yield from _from_project(service.document, _paths(entry.value))


def included_files(document: Document) -> Iterator[NamedFile]:
    """The Compose files of `include`, and the files of variables that it names."""
    include = document.root.sequence("include") if document.root is not None else None
    for item in include.items if include is not None else ():
        if isinstance(item, Mapping):
            for paths in (item.value("path"), item.value("env_file")):
                yield from _from_project(document, _paths(paths)) if paths is not None else ()
        elif isinstance(item, Scalar):
            yield from _from_project(document, [NamedFile(item.string, item.span)])


def extended_files(document: Document) -> Iterator[NamedFile]:
    """The Compose files of `extends`."""
    for base in map(extended, document.services):
        if base is not None and base.file is not None and base.file_span is not None:
            yield from _from_project(document, [NamedFile(base.file, base.file_span)])


def _from_project(document: Document, files: Iterable[NamedFile]) -> Iterator[NamedFile]:
    """The paths from the project's folder: a file that is taken in has them from its own."""
    for file in files:
        yield NamedFile(document.path_from(file.span.start, file.path), file.span)


def _paths(node: Node) -> Iterator[NamedFile]:
    for item in node.items if isinstance(node, Sequence) else [node]:
        if isinstance(item, Scalar) and isinstance(item.value, str):
            yield NamedFile(item.string, item.span)
        elif isinstance(item, Mapping) and _is_required(item):
            path = item.scalar("path")
            if path is not None and isinstance(path.value, str):
                yield NamedFile(path.string, path.span)


def _is_required(item: Mapping) -> bool:
    required = item.scalar("required")
    value = required.value if required is not None else True
    return (to_boolean(value) if isinstance(value, str) else value) is not False
