"""Where a path of a project's merged data is written: an edit is made in one file, as it stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.compose.document import Document, parse_document
from stacks.compose.node_paths import path_at
from stacks.compose.nodes import Mapping, Node, Path, Sequence, find, path_text
from stacks.compose.once import once
from stacks.compose.source import EditError

if TYPE_CHECKING:
    from stacks.compose.project import Project
    from stacks.compose.project_parts import Part


def written_place(project: Project, path: Path) -> tuple[Document, Path, int]:
    """The file in which a path is written, the path there, and where its text begins in the project.

    What is not there yet goes into the last of the files that give the mapping or list around it. Raises EditError.
    """
    if project.root is None:
        raise EditError("the files cannot be read together; mend them first")
    chain: list[Node] = [project.root]
    for step in path:
        below = find(chain[-1], step)
        if below is None:
            break
        chain.append(below)
    sources = project.record.sources(chain[-1])
    is_there = len(chain) > len(path)
    if is_there and len(sources) > 1:
        raise EditError(f"`{path_text(path)}` is given in several files; edit their texts")
    rest = path[len(chain) - 1 :]
    if is_there and not isinstance(sources[0], Sequence | Mapping):
        at = _start(chain[-2], path[-1])
        return _place(project, at, None, ())
    return _place(project, sources[-1].start, sources[-1], rest)


def _start(parent: Node, step: str | int) -> int:
    """Where the key or item of a value is written."""
    if isinstance(parent, Mapping):
        entry = parent.get(str(step))
        assert entry is not None
        return entry.key.start
    assert isinstance(parent, Sequence) and isinstance(step, int)
    return parent.item_span(step).start


def _place(project: Project, at: int, node: Node | None, rest: Path) -> tuple[Document, Path, int]:
    part = project.part_at(at)
    root = part.roots[0]
    path = path_at(root, at)
    if node is not None:
        while path and find(root, *path) is not node:
            path = path[:-1]
        if find(root, *path) is not node:
            raise EditError("this is not written where it could be edited; edit the text")
    elif not path or (len(part.roots) > 1 and at >= part.roots[1].start):
        raise EditError("this stands in a later YAML document; edit its text")
    return _document(project, part), (*path, *rest), part.start


@once
def _written(project: Project) -> dict[int, Document]:
    return {}


def _document(project: Project, part: Part) -> Document:
    """The file alone, its places its own."""
    known = _written(project)
    if part.start not in known:
        known[part.start] = parse_document(part.file.text, project.environment)
    return known[part.start]
