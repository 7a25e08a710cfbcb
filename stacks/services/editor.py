"""One act on the editor page: what a button or a changed field asks for, done to the text that came with it.

An act is a verb with its arguments, as the value of the button says it: `cell 0 train`, `duplicate web`, `fix DEV101-40`.
A service's name comes last, because it may hold blanks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stacks.compose.document import Service, parse_document
from stacks.compose.gpu_requests import GpuSelection
from stacks.compose.nodes import Scalar
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import check_text
from stacks.services import editor_gpus as gpus
from stacks.services import editor_services as services
from stacks.services.editor_bench import Bench, EditRefused
from stacks.services.editor_fields import FIELD_BY_KEY, set_field, written
from stacks.services.editor_fixes import fixed_all, fixed_one
from stacks.services.editor_rows import (
    LISTS,
    NEW,
    environment_texts,
    remove_environment,
    remove_item,
    set_environment,
    set_item,
)

Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The text after an act; with `errors`, by form field, the parts of it that were refused."""

    text: str
    told: str = ""
    selected: str | None = None
    errors: dict[str, str] = field(default_factory=dict)


def act_on(
    act: str,
    given: Given,
    *,
    text: str,
    base: str | None,
    values: Mapping[str, str],
    host: HostSnapshot | None,
    pin: gpus.Pin,
) -> Outcome:
    """Write the fields that were changed, then do the act, which may be empty.

    `base` is the text that the fields were made from, where all of them are sent: those that still say the same are
    then left out, so that they do not undo what was typed into the text beside them.
    """
    fields = given if base is None else changed_fields(given, base, values)
    first = apply_fields(fields, text=text, values=values, host=host)
    if first.errors or not act:
        return first
    done = perform(act, given, text=first.text, values=values, host=host, pin=pin)
    return done if not done.errors else Outcome(first.text, selected=first.selected, errors=done.errors)


def perform(
    act: str, given: Given, *, text: str, values: Mapping[str, str], host: HostSnapshot | None, pin: gpus.Pin
) -> Outcome:
    """Do one act. Whatever is refused leaves the text as it was."""
    verb, _, rest = act.partition(" ")
    handler = _ACTS.get(verb)
    bench = Bench(text, values, host)
    if handler is None:
        return Outcome(text, errors={"": "this page is out of date: open it again"})
    try:
        bench.require_complete()
        selected = handler(bench, rest, given, pin)
    except EditRefused as refused:
        return Outcome(text, errors=refused.errors)
    return Outcome(bench.text, " ".join(bench.told), selected)


def _cell(bench: Bench, rest: str, given: Given, pin: gpus.Pin) -> str:
    key, _, name = rest.partition(" ")
    gpus.toggle(bench, name, key, pin)
    return name


def _drop(bench: Bench, rest: str, given: Given, pin: gpus.Pin) -> str:
    identifier, _, name = rest.partition(" ")
    gpus.drop_identifier(bench, name, identifier)
    return name


def _gpus(bench: Bench, rest: str, given: Given, pin: gpus.Pin) -> str:
    mode, _, name = rest.partition(" ")
    set_mode(bench, name, mode, given, pin)
    return name


def set_mode(bench: Bench, name: str, mode: str, given: Given, pin: gpus.Pin) -> None:
    """None, all, a number of GPUs, or named ones; changing to named ones begins with what the service holds."""
    if mode == "none":
        gpus.set_gpus(bench, name, None)
    elif mode == "all":
        gpus.set_gpus(bench, name, GpuSelection())
    elif mode == "count":
        field_name = f"gpu-count@{name}"
        gpus.set_gpus(bench, name, GpuSelection(count=gpus.count_in(given.get(field_name) or "1", field_name)))
    else:
        raise EditRefused("choose none, all or a number of GPUs, or click the GPUs")


def _add(bench: Bench, rest: str, given: Given, pin: gpus.Pin) -> str:
    services.service_add(bench, given.get("new-name", ""), given.get("new-image", ""))
    return given.get("new-name", "").strip()


def _rename(bench: Bench, name: str, given: Given, pin: gpus.Pin) -> str:
    new = given.get(f"rename@{name}", name).strip()
    services.service_rename(bench, name, new)
    return new


def _duplicate(bench: Bench, name: str, given: Given, pin: gpus.Pin) -> str:
    return services.service_duplicate(bench, name)


def _remove(bench: Bench, name: str, given: Given, pin: gpus.Pin) -> None:
    services.service_remove(bench, name)


def _remove_row(bench: Bench, rest: str, given: Given, pin: gpus.Pin) -> str:
    key, row, name = (rest.split(" ", 2) + ["", ""])[:3]
    if key == "environment":
        remove_environment(bench, name, row, "")
    elif key in LISTS:
        remove_item(bench, name, key, row, "")
    return name


def _fix(bench: Bench, place: str, given: Given, pin: gpus.Pin) -> None:
    text, title = fixed_one(check_text(bench.text, bench.values, bench.host), place)
    bench.replace(text)
    bench.told.append(f"Done: {title}.")


def _fix_all(bench: Bench, rest: str, given: Given, pin: gpus.Pin) -> None:
    fixed = fixed_all(check_text(bench.text, bench.values, bench.host), bench.values, bench.host)
    bench.replace(fixed.text)
    number = len(fixed.applied)
    bench.told.append(
        f"Made {number} repair{'' if number == 1 else 's'}." if number else "There was nothing to repair."
    )


_Act = Callable[[Bench, str, Given, gpus.Pin], str | None]
_ACTS: dict[str, _Act] = {
    "cell": _cell,
    "drop": _drop,
    "gpus": _gpus,
    "add": _add,
    "rename": _rename,
    "duplicate": _duplicate,
    "remove": _remove,
    "remove-row": _remove_row,
    "fix": _fix,
    "fix-all": _fix_all,
}


def apply_fields(given: Given, *, text: str, values: Mapping[str, str], host: HostSnapshot | None) -> Outcome:
    """Write every field of `given` that differs from the text; those refused are named, the others are done.

    A field is `key@service`, `ports.0@service`, `environment.new.name@service`: rows by number or `new`.
    """
    bench = Bench(text, values, host)
    errors: dict[str, str] = {}
    selected = None
    for field_name in sorted(given, key=_order):
        key, at, name = field_name.partition("@")
        setter = _setter(key) if at else None
        if setter is None:
            continue
        selected = name
        try:
            bench.require_complete()
            setter(bench, name, given)
        except EditRefused as refused:
            errors |= {field_name if not where else where: why for where, why in refused.errors.items()}
    return Outcome(bench.text, selected=selected, errors=errors)


def changed_fields(given: Given, base: str, values: Mapping[str, str]) -> dict[str, str]:
    """The fields of `given` that say something else than `base` does; a variable's name and value go together."""
    document = parse_document(base, values)
    services = {each.name: each for each in document.services}
    changed: dict[str, str] = {}
    for field_name, value in given.items():
        key, _, name = field_name.partition("@")
        if name in services and value.replace("\r\n", "\n").strip() != _value_in(services[name], key).strip():
            partner = (
                field_name.replace(".value@", ".name@")
                if ".value@" in field_name
                else field_name.replace(".name@", ".value@")
            )
            changed |= {field_name: value} | ({partner: given[partner]} if partner in given else {})
    return changed


def _value_in(service: Service, key: str) -> str:
    """What a field of this service's form holds."""
    first, *row = key.split(".")
    if key in FIELD_BY_KEY:
        return written(service, FIELD_BY_KEY[key])
    if not row or not row[0].isdecimal():
        return ""
    if first == "environment":
        texts = environment_texts(service)
        return texts[int(row[0])][row[1:] == ["value"]] if int(row[0]) < len(texts) else ""
    node = service.find(first, int(row[0]))
    return node.text if isinstance(node, Scalar) else ""


def _order(field_name: str) -> tuple[int, int]:
    """Single fields first; then rows from the last to the first, so that removing one moves none still to come."""
    parts = field_name.partition("@")[0].split(".")
    if len(parts) < 2:
        return 0, 0
    return (2, 0) if parts[1] == NEW else (1, -int(parts[1]) if parts[1].isdecimal() else 0)


def _setter(key: str) -> Callable[[Bench, str, Given], None] | None:
    parts = key.split(".")
    if key in FIELD_BY_KEY:
        return lambda bench, name, given: set_field(
            bench, name, FIELD_BY_KEY[key], given[f"{key}@{name}"], f"{key}@{name}"
        )
    if len(parts) == 2 and parts[0] in LISTS:
        return lambda bench, name, given: set_item(
            bench, name, parts[0], parts[1], given[f"{key}@{name}"], f"{key}@{name}"
        )
    if len(parts) == 3 and parts[0] == "environment" and parts[2] == "name":
        return lambda bench, name, given: _environment_row(bench, name, parts[1], given, f"{key}@{name}")
    return None


def _environment_row(bench: Bench, name: str, row: str, given: Given, field_name: str) -> None:
    value = given.get(f"environment.{row}.value@{name}", "")
    set_environment(bench, name, row, (given[field_name], value), field_name)
