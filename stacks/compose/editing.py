"""Minimal text edits at a path: the only writer of a user's document.

A path addresses data, as a reader sees it: `("services", "train", "deploy", "resources", …, 0, "count")`. Comments,
quotes, indentation and every line outside the touched block stay as they are. What is shared stays as it is for the
others: below an alias or a merge (`<<`) the edited service gets its own copy of what changes, and where the edited
text itself carries an anchor, the first of its other users takes the old text over. `in_place=True` edits the shared
text instead, so that all its users change; so does a path that begins with an `x-` key, which exists to be shared.

Every result was parsed again and compared with the data that was asked for before it is returned. All functions raise
EditError, and nothing else, where an edit cannot be made.
"""

from collections.abc import Iterable

from stacks.compose import reshaping
from stacks.compose.document import Document
from stacks.compose.emitting import checked
from stacks.compose.environment import environment_variables
from stacks.compose.layout import EditError
from stacks.compose.nodes import Path, Scalar, Sequence, find
from stacks.compose.path_edits import Operation
from stacks.compose.sharing import raw_data
from stacks.compose.source import TextEdit

__all__ = [
    "EditError",
    "append_item",
    "delete",
    "delete_environment",
    "delete_items",
    "insert_item",
    "rename_key",
    "set_environment",
    "set_value",
]

Edits = tuple[TextEdit, ...]


def set_value(document: Document, path: Path, value: object, *, in_place: bool = False) -> Edits:
    """Replace the value at `path`, or create the key and every parent that is missing or null.

    A step of 0 creates a list, and the length of a list appends to it. No edits where the value is there already.
    """
    return setting(path, value, in_place=in_place).edits(document)


def append_item(document: Document, path: Path, value: object, *, in_place: bool = False) -> Edits:
    """Add an item at the end of the list at `path`, which is created when it is absent or null."""
    return insertion(path, None, value, in_place=in_place).edits(document)


def insert_item(document: Document, path: Path, index: int, value: object, *, in_place: bool = False) -> Edits:
    """Add an item in front of item `index` (its length: at the end) of the list at `path`."""
    return insertion(path, index, value, in_place=in_place).edits(document)


def delete(document: Document, path: Path, *, prune: bool = False, in_place: bool = False) -> Edits:
    """Remove the key or item at `path`: with duplicates of the key, and what a `<<` would let through in its place.

    A collection that becomes empty is left as `{}` or `[]`; with `prune` it is removed as well, but never a service.
    Comments behind it, deeper below it and directly above it go along; those that head a block stay.
    """
    if prune:
        path = pruned(raw_data(document.root) if document.root else None, path)
    return deletion(path, in_place=in_place).edits(document)


def delete_items(document: Document, path: Path, indexes: Iterable[int], *, in_place: bool = False) -> Edits:
    """Remove several items of the list at `path`."""
    return items_deletion(path, indexes, in_place=in_place).edits(document)


def rename_key(document: Document, path: Path, name: str, *, in_place: bool = False) -> Edits:
    """Give the key at `path` another name; nothing else that mentions it is changed."""
    return renaming(path, name, in_place=in_place).edits(document)


def set_environment(document: Document, service: str, name: str, value: str | None) -> Edits:
    """Give a service's variable a value, in the form in which `environment` is written; a map where it is absent.

    Without a value (None) Compose takes it from its own environment. Of duplicates the last, which counts, is set.
    """
    return environment_setting(document, service, name, value).edits(document)


def delete_environment(document: Document, service: str, name: str) -> Edits:
    """Remove a service's variable wherever `environment` gives it, and an `environment` that becomes empty."""
    return environment_deletion(document, service, name).edits(document)


def _indexes_of(document: Document, path: Path, name: str) -> list[int] | None:
    """The items of a variable in list form; None in map form, or where there is no `environment`."""
    node = find(document.root, *path)
    if not isinstance(node, Sequence):
        return None
    named = {id(variable.node) for variable in environment_variables(node) if variable.name == name}
    return [index for index, item in enumerate(node.items) if isinstance(item, Scalar) and id(item) in named]


# -- the same as operations, which can be collected and made at once


def setting(path: Path, value: object, *, in_place: bool = False) -> Operation:
    new = checked(value)
    return Operation(
        path, lambda data, rest: reshaping.with_value(data, rest, new), lambda edit: edit.set_here(), in_place
    )


def insertion(path: Path, index: int | None, value: object, *, in_place: bool = False) -> Operation:
    new = checked(value)
    return Operation(
        path,
        lambda data, rest: reshaping.with_item(data, rest, index, new),
        lambda edit: edit.insert_here(index, new),
        in_place,
    )


def deletion(path: Path, *, in_place: bool = False) -> Operation:
    return Operation(path, reshaping.without, lambda edit: edit.delete_here(), in_place)


def items_deletion(path: Path, indexes: Iterable[int], *, in_place: bool = False) -> Operation:
    gone = frozenset(indexes)
    return Operation(
        path,
        lambda data, rest: reshaping.without_items(data, rest, gone),
        lambda edit: edit.delete_items_here(gone),
        in_place,
    )


def environment_setting(document: Document, service: str, name: str, value: str | None) -> Operation:
    path: Path = ("services", service, "environment")
    indexes = _indexes_of(document, path, name)
    if indexes is None:
        return setting((*path, name), value)
    written = name if value is None else f"{name}={value}"
    return setting((*path, indexes[-1]), written) if indexes else insertion(path, None, written)


def environment_deletion(document: Document, service: str, name: str) -> Operation:
    path: Path = ("services", service, "environment")
    indexes = _indexes_of(document, path, name)
    if indexes is None:
        return deletion(pruned(raw_data(document.root) if document.root else None, (*path, name)))
    node = find(document.root, *path)
    if not indexes:
        raise EditError(f"there is no variable `{name}`")
    if isinstance(node, Sequence) and len(indexes) == len(node.items):
        return deletion(path)
    return items_deletion(path, indexes)


def renaming(path: Path, name: str, *, in_place: bool = False) -> Operation:
    if not path or not isinstance(path[-1], str):
        raise EditError("only a key can be renamed")
    checked(name)
    return Operation(
        path, lambda data, rest: reshaping.renamed(data, rest, name), lambda edit: edit.rename_here(name), in_place
    )


def pruned(data: object, path: Path) -> Path:
    """The path of the topmost collection that would be empty without what is at `path`; never that of a service."""
    while len(path) > 1 and not (path[0] == "services" and len(path) <= 3):
        try:
            parent = reshaping.value_at(data, path[:-1])
        except KeyError:
            break
        if len(parent) != 1:
            break
        path = path[:-1]
    return path
