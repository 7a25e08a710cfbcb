"""The fields of the services' forms as they are posted: which were changed, and writing each where it belongs.

A field is `key@service`, `ports.0@service`, `environment.new.name@service`: rows by number or `new`.
"""

from collections.abc import Iterable, Mapping

from stacks.compose.document import Service, parse_document
from stacks.compose.editing import EditError
from stacks.compose.nodes import Scalar
from stacks.services.editor_bench import Bench, EditRefused
from stacks.services.editor_fields import FIELD_BY_KEY, set_field, written
from stacks.services.editor_rows import LISTS, NEW, environment_texts, row_number, set_environment, set_item

Given = Mapping[str, str]


def write_fields(bench: Bench, given: Given) -> tuple[str | None, dict[str, str]]:
    """Write every field that differs from the text; the last service touched, and why others were refused, by field."""
    errors: dict[str, str] = {}
    selected = None
    for field_name in sorted(given, key=_order):
        if not _is_field(field_name):
            continue
        selected, before = field_name.partition("@")[2], bench.text
        try:
            bench.require_complete()
            _write(bench, field_name, given)
        except (EditRefused, EditError) as error:
            errors[field_name] = str(error)
            bench.replace(before)
    return selected, errors


def changed_fields(given: Given, base: str, values: Mapping[str, str]) -> dict[str, str]:
    """The fields of `given` that say something else than `base` does; a variable's name and value go together."""
    services = {each.name: each for each in parse_document(base, values).services}
    changed: dict[str, str] = {}
    for field_name, value in given.items():
        key, _, name = field_name.partition("@")
        if name in services and value.replace("\r\n", "\n").strip() != _value_in(services[name], key).strip():
            changed |= {each: given[each] for each in _row_of(field_name) if each in given}
    return changed


def _row_of(field_name: str) -> Iterable[str]:
    """The fields that are written together with this one."""
    return {
        field_name,
        field_name.replace(".value@", ".name@", 1),
        field_name.replace(".name@", ".value@", 1),
    }


def _value_in(service: Service, key: str) -> str:
    """What a field of this service's form holds."""
    first, *row = key.split(".")
    if key in FIELD_BY_KEY:
        return written(service, FIELD_BY_KEY[key])
    number = row_number(row[0]) if row else None
    if number is None:
        return ""
    if first == "environment":
        texts = environment_texts(service)
        return texts[number][row[1:] == ["value"]] if number < len(texts) else ""
    node = service.find(first, number)
    return node.text if isinstance(node, Scalar) else ""


def _order(field_name: str) -> tuple[int, int]:
    """Single fields first; then rows from the last to the first, so that removing one moves none still to come."""
    parts = field_name.partition("@")[0].split(".")
    if len(parts) < 2:
        return 0, 0
    return (2, 0) if parts[1] == NEW else (1, -(row_number(parts[1]) or 0))


def _is_field(field_name: str) -> bool:
    """Whether the name stands for something to write; a variable's row goes by the field of its name."""
    key, at, _ = field_name.partition("@")
    first, *row = key.split(".")
    if not at:
        return False
    return key in FIELD_BY_KEY or (first in LISTS and len(row) == 1) or (first == "environment" and row[1:] == ["name"])


def _write(bench: Bench, field_name: str, given: Given) -> None:
    key, _, name = field_name.partition("@")
    first, *row = key.split(".")
    value = given[field_name]
    if key in FIELD_BY_KEY:
        set_field(bench, name, FIELD_BY_KEY[key], value)
    elif first in LISTS:
        set_item(bench, name, first, row[0], value)
    else:
        set_environment(bench, name, row[0], (value, given.get(f"environment.{row[0]}.value@{name}", "")))
