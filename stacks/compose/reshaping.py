"""Edits of plain data at a path: what the data should be after an edit of the text.

Containers along the path are copied, everything else is shared. Works on data with `Written` leaves too.
"""

from typing import Any

from stacks.compose.emitting import Emittable, Written
from stacks.compose.nodes import Path, path_text
from stacks.compose.source import EditError


def nested(path: Path, value: Emittable) -> Emittable:
    """The value wrapped in the mappings, and lists of one item, that a path names."""
    for step in reversed(path):
        if isinstance(step, int):
            if step != 0:
                raise EditError(f"there is no list yet to which an item {step} could be added")
            value = [value]
        else:
            value = {step: value}
    return value


def with_value(data: Any, path: Path, value: Emittable) -> Any:
    """The data with `value` at `path`; parents that are missing or null are made."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if data is None or (isinstance(data, Written) and data.value is None):
        return nested(path, value)
    if isinstance(data, dict) and isinstance(step, str):
        inner = with_value(data[step], rest, value) if step in data else nested(rest, value)
        return {**data, step: inner}
    if isinstance(data, list) and isinstance(step, int) and 0 <= step <= len(data):
        inner = with_value(data[step], rest, value) if step < len(data) else nested(rest, value)
        return [*data[:step], inner, *data[step + 1 :]]
    raise no_such_place(data, step)


def with_item(data: Any, path: Path, index: int | None, value: Emittable) -> Any:
    """The data with a new item in the list at `path`, in front of item `index` or at the end (None)."""
    try:
        items = value_at(data, path)
    except KeyError:
        items = None
    if items is None or (isinstance(items, Written) and items.value is None):
        items = []
    if not isinstance(items, list):
        raise EditError(f"`{path_text(path)}` is not a list")
    at = len(items) if index is None else index
    if not 0 <= at <= len(items):
        raise EditError(f"`{path_text(path)}` has {len(items)} items, so none can stand at {at}")
    return with_value(data, path, [*items[:at], value, *items[at:]])


def without(data: Any, path: Path) -> Any:
    """The data without the key or item at `path`."""
    step, rest = path[0], path[1:]
    if isinstance(data, dict) and step in data:
        if rest:
            return {**data, step: without(data[step], rest)}
        return {key: item for key, item in data.items() if key != step}
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        inner = [without(data[step], rest)] if rest else []
        return [*data[:step], *inner, *data[step + 1 :]]
    raise no_such_place(data, step)


def without_items(data: Any, path: Path, indexes: frozenset[int]) -> Any:
    """The data without some items of the list at `path`."""
    items = value_at(data, path)
    if not isinstance(items, list) or not all(0 <= index < len(items) for index in indexes):
        raise EditError(f"`{path_text(path)}` has no such items")
    return with_value(data, path, [item for index, item in enumerate(items) if index not in indexes])


def renamed(data: Any, path: Path, name: str) -> Any:
    """The data with the key at `path` under another name, in the same position."""
    parent = value_at(data, path[:-1])
    value_at(parent, path[-1:])
    moved = {name if key == path[-1] else key: item for key, item in parent.items()}
    return with_value(data, path[:-1], moved)


def value_at(data: Any, path: Path) -> Any:
    """The value at a path; raises KeyError where there is none."""
    for step in path:
        inside = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
        if step not in inside:
            raise KeyError(step)
        data = data[step]
    return data


def no_such_place(data: Any, step: str | int) -> EditError:
    if isinstance(data, list):
        return EditError(f"there is no item {step} in the list" if isinstance(step, int) else "a list has no keys")
    if isinstance(data, dict):
        return EditError(f"there is no key `{step}`" if isinstance(step, str) else "a mapping has no numbered items")
    return EditError(f"`{step}` cannot stand in a single value")


def same(first: Any, second: Any) -> bool:
    """Whether two data are equal in value and type: `1`, `1.0` and `true` differ."""
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(item, second[key]) for key, item in first.items())
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second) or (first != first and second != second)
