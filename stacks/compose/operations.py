"""Edits as operations, which can be collected and made at once: what `stacks.compose.editing` does, before it is done.

Apart from that module because making edits needs a dozen others, and checking a file none of them.
"""

from collections.abc import Iterable

from stacks.compose import reshaping
from stacks.compose.document import Document
from stacks.compose.emitting import checked
from stacks.compose.environment import environment_variables
from stacks.compose.nodes import Path, Scalar, Sequence, find
from stacks.compose.path_edits import Operation
from stacks.compose.sharing import raw_data
from stacks.compose.source import EditError


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


def _indexes_of(document: Document, path: Path, name: str) -> list[int] | None:
    """The items of a variable in list form; None in map form, or where there is no `environment`."""
    node = find(document.root, *path)
    if not isinstance(node, Sequence):
        return None
    named = {id(variable.node) for variable in environment_variables(node) if variable.name == name}
    return [index for index, item in enumerate(node.items) if isinstance(item, Scalar) and id(item) in named]
