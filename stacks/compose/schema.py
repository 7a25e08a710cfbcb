"""The schema layer: what the Compose Specification's schema refuses, each fault on its line and in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from weakref import WeakKeyDictionary

from stacks.compose.document import Document
from stacks.compose.nodes import RESET_TAG, Mapping, Path, Plain, Scalar
from stacks.compose.schema_casts import NotCast, cast_data
from stacks.compose.schema_errors import SchemaError, schema_errors
from stacks.compose.schema_faults import SchemaFault, SchemaProblem
from stacks.compose.schema_places import Place, place_at

__all__ = ["SchemaFault", "SchemaProblem", "general_problems", "ignored_gpu_keys", "schema_problems"]


_DEVICES: Final = ("deploy", "resources", "reservations", "devices")
_REQUEST_KEYS: Final = frozenset({"capabilities", "count", "device_ids", "driver"})
_FOUND: Final[WeakKeyDictionary[Document, tuple[SchemaProblem, ...]]] = WeakKeyDictionary()


def schema_problems(document: Document) -> tuple[SchemaProblem, ...]:
    """Every fault that the schema finds, in the order of their places; worked out once for a document."""
    if document not in _FOUND:
        found = _problems(document) if document.is_complete else ()
        _FOUND[document] = tuple(sorted(found, key=lambda problem: problem.span))
    return _FOUND[document]


def general_problems(document: Document) -> tuple[SchemaProblem, ...]:
    """As `schema_problems`, without what is wrong with the known keys of device requests: rules of their own say that."""
    return tuple(problem for problem in schema_problems(document) if not _is_of_device_request(problem.path))


def _is_of_device_request(path: Path) -> bool:
    inner = path[2:]
    depth = len(_DEVICES) if inner[: len(_DEVICES)] == _DEVICES else 1 if inner[:1] == ("gpus",) else None
    return depth is not None and len(inner) > depth + 1 and inner[depth + 1] in _REQUEST_KEYS


def _problems(document: Document) -> Iterator[SchemaProblem]:
    root = document.root
    assert root is not None
    data, not_cast = cast_data(document.data)
    for failure in not_cast:
        yield _of_cast(failure, place_at(root, failure.path))
    failed = {failure.path for failure in not_cast}
    for error in schema_errors(data):
        if error.path not in failed:
            yield from _of_error(error, root, data)


def _of_cast(failure: NotCast, place: Place) -> SchemaProblem:
    from stacks.compose.schema_wording import label, shown

    message = f"{label(failure.path)} is {shown(failure.text)}, but Compose wants {failure.expected} here"
    written = place.node.text if isinstance(place.node, Scalar) else ""
    hint = (
        "" if "$" not in written else f"give the variables of {shown(written)} a value, or a default as in `${{V:-1}}`"
    )
    return SchemaProblem(SchemaFault.WRONG_TYPE, place.value_span, failure.path, message, hint)


def _of_error(error: SchemaError, root: Mapping, data: Plain) -> Iterator[SchemaProblem]:
    from stacks.compose.schema_wording import describe

    place = place_at(root, error.path)
    if error.keyword == "additionalProperties" and isinstance(place.node, Mapping):
        for key in error.facts:
            entry = place.node.get(key)
            if entry is not None:
                yield describe(error, place, data, entry)
    else:
        yield describe(error, place, data, None)


def ignored_gpu_keys(document: Document) -> tuple[SchemaProblem, ...]:
    """The unknown keys in items of `gpus`, a hole in the schema: Compose drops them and may take all GPUs instead.

    Not among `schema_problems`, for Compose does not refuse them.
    """
    return tuple(
        problem
        for service in document.services
        for index, item in _gpu_items(service.node)
        for problem in _ignored_keys(item, (*service.path, "gpus", index))
    )


def _gpu_items(service: Mapping) -> Iterator[tuple[int, Mapping]]:
    items = service.sequence("gpus")
    if items is not None:
        kept = [item for item in items.items if item.tag != RESET_TAG]
        yield from ((index, item) for index, item in enumerate(kept) if isinstance(item, Mapping))


def _ignored_keys(item: Mapping, path: Path) -> Iterator[SchemaProblem]:
    from stacks.compose.schema_file import known_keys
    from stacks.compose.schema_wording import hint_for_key

    known = known_keys(("services", "*", "deploy", "resources", "reservations", "devices", 0))
    for name, entry in item.effective.items():
        if name not in known and not name.startswith("x-"):
            hint, suggestion = hint_for_key(name, path, item, known)
            message = f"Compose drops the key `{name}` without a word: a request for GPUs has no such key"
            yield SchemaProblem(SchemaFault.UNKNOWN_KEY, entry.key.span, (*path, name), message, hint, (), suggestion)
