"""Minimal text edits at a path: the only writer of a user's document.

A path addresses data, as a reader sees it: `("services", "train", "deploy", "resources", …, 0, "count")`. Comments,
quotes, indentation and every line outside the touched block stay as they are. What is shared stays as it is for the
others: below an alias or a merge (`<<`) the edited service gets its own copy of what changes, and where the edited
text itself carries an anchor, the first of its other users takes the old text over. `in_place=True` edits the shared
text instead, so that all its users change; so does a path that begins with an `x-` key, which exists to be shared.

Every result was parsed again and compared with the data that was asked for before it is returned.
"""

from stacks.compose import reshaping
from stacks.compose.document import Document
from stacks.compose.emitting import checked
from stacks.compose.layout import EditError
from stacks.compose.nodes import Path
from stacks.compose.path_edits import PathEdit
from stacks.compose.sharing import raw_data
from stacks.compose.source import TextEdit

__all__ = ["EditError", "append_item", "delete", "insert_item", "rename_key", "set_value"]


def set_value(document: Document, path: Path, value: object, *, in_place: bool = False) -> tuple[TextEdit, ...]:
    """Replace the value at `path`, or create the key and every parent that is missing or null.

    A step of 0 creates a list, and the length of a list appends to it. No edits where the value is there already.
    Raises EditError.
    """
    new = checked(value)
    return PathEdit(document, path, in_place).edits(
        lambda data, rest: reshaping.with_value(data, rest, new), PathEdit.set_here
    )


def append_item(document: Document, path: Path, value: object, *, in_place: bool = False) -> tuple[TextEdit, ...]:
    """Add an item at the end of the list at `path`, which is created when it is absent or null. Raises EditError."""
    return _insert(document, path, None, value, in_place)


def insert_item(
    document: Document, path: Path, index: int, value: object, *, in_place: bool = False
) -> tuple[TextEdit, ...]:
    """Add an item in front of item `index` (its length: at the end) of the list at `path`. Raises EditError."""
    return _insert(document, path, index, value, in_place)


def _insert(document: Document, path: Path, index: int | None, value: object, in_place: bool) -> tuple[TextEdit, ...]:
    new = checked(value)
    return PathEdit(document, path, in_place).edits(
        lambda data, rest: reshaping.with_item(data, rest, index, new),
        lambda editor, change: editor.insert_here(change, index, new),
    )


def delete(document: Document, path: Path, *, prune: bool = False, in_place: bool = False) -> tuple[TextEdit, ...]:
    """Remove the key or item at `path`: with duplicates of the key, and what a `<<` would let through in its place.

    A collection that becomes empty is left as `{}` or `[]`; with `prune` it is removed as well, but never a service.
    Comments behind it, deeper below it and directly above it go along; those that head a block stay. Raises EditError.
    """
    if prune:
        path = _pruned(document, path)
    return PathEdit(document, path, in_place).edits(reshaping.without, PathEdit.delete_here)


def rename_key(document: Document, path: Path, name: str, *, in_place: bool = False) -> tuple[TextEdit, ...]:
    """Give the key at `path` another name; nothing else that mentions it is changed. Raises EditError."""
    if not path or not isinstance(path[-1], str):
        raise EditError("only a key can be renamed")
    checked(name)
    return PathEdit(document, path, in_place).edits(
        lambda data, rest: reshaping.renamed(data, rest, name), lambda editor, change: editor.rename_here(name)
    )


def _pruned(document: Document, path: Path) -> Path:
    data = raw_data(document.root) if document.root else None
    while len(path) > 1 and not (path[0] == "services" and len(path) <= 3):
        try:
            parent = reshaping.value_at(data, path[:-1])
        except KeyError:
            break
        if len(parent) != 1:
            break
        path = path[:-1]
    return path
