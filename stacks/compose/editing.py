"""Minimal text edits at a path: the only writer of a user's document.

A path addresses data, as a reader sees it: `("services", "train", "deploy", "resources", …, 0, "count")`. Comments,
quotes, indentation and every line outside the touched block stay as they are. What is shared stays as it is for the
others: below an alias or a merge (`<<`) the edited service gets its own copy of what changes, and where the edited
text itself carries an anchor, the first of its other users takes the old text over. `in_place=True` edits the shared
text instead, so that all its users change; so does a path that begins with an `x-` key, which exists to be shared.

Every result was parsed again and compared with the data that was asked for before it is returned. All functions raise
EditError, and nothing else, where an edit cannot be made. What they need is imported with the first edit: a check that
only offers repairs makes none.
"""

from collections.abc import Iterable

from stacks.compose.document import Document
from stacks.compose.nodes import Path
from stacks.compose.source import EditError, TextEdit

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
    from stacks.compose.operations import setting

    return setting(path, value, in_place=in_place).edits(document)


def append_item(document: Document, path: Path, value: object, *, in_place: bool = False) -> Edits:
    """Add an item at the end of the list at `path`, which is created when it is absent or null."""
    from stacks.compose.operations import insertion

    return insertion(path, None, value, in_place=in_place).edits(document)


def insert_item(document: Document, path: Path, index: int, value: object, *, in_place: bool = False) -> Edits:
    """Add an item in front of item `index` (its length: at the end) of the list at `path`."""
    from stacks.compose.operations import insertion

    return insertion(path, index, value, in_place=in_place).edits(document)


def delete(document: Document, path: Path, *, prune: bool = False, in_place: bool = False) -> Edits:
    """Remove the key or item at `path`: with duplicates of the key, and what a `<<` would let through in its place.

    A collection that becomes empty is left as `{}` or `[]`; with `prune` it is removed as well, but never a service.
    Comments behind it, deeper below it and directly above it go along; those that head a block stay.
    """
    from stacks.compose.operations import deletion, pruned
    from stacks.compose.sharing import raw_data

    if prune:
        path = pruned(raw_data(document.root) if document.root else None, path)
    return deletion(path, in_place=in_place).edits(document)


def delete_items(document: Document, path: Path, indexes: Iterable[int], *, in_place: bool = False) -> Edits:
    """Remove several items of the list at `path`."""
    from stacks.compose.operations import items_deletion

    return items_deletion(path, indexes, in_place=in_place).edits(document)


def rename_key(document: Document, path: Path, name: str, *, in_place: bool = False) -> Edits:
    """Give the key at `path` another name; nothing else that mentions it is changed."""
    from stacks.compose.operations import renaming

    return renaming(path, name, in_place=in_place).edits(document)


def set_environment(document: Document, service: str, name: str, value: str | None) -> Edits:
    """Give a service's variable a value, in the form in which `environment` is written; a map where it is absent.

    Without a value (None) Compose takes it from its own environment. Of duplicates the last, which counts, is set.
    """
    from stacks.compose.operations import environment_setting

    return environment_setting(document, service, name, value).edits(document)


def delete_environment(document: Document, service: str, name: str) -> Edits:
    """Remove a service's variable wherever `environment` gives it, and an `environment` that becomes empty."""
    from stacks.compose.operations import environment_deletion

    return environment_deletion(document, service, name).edits(document)
