"""One act on the editor page: what a button or a changed field asks for, done to the text that came with it.

An act is a verb with its arguments, as the value of the button says it: `cell 0 train`, `duplicate web`,
`fix DEV101-40`. A service's name comes last, because it may hold blanks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stacks.compose.editing import EditError
from stacks.compose.gpu_requests import GpuSelection
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import check_text
from stacks.services import editor_gpus as gpus
from stacks.services import editor_services as services
from stacks.services.editor_bench import Bench, EditRefused
from stacks.services.editor_fixes import fixed_all, fixed_one
from stacks.services.editor_form import Given, changed_fields, write_fields
from stacks.services.editor_rows import LISTS, remove_environment, remove_item


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
    bench = Bench(text, values, host)
    selected, errors = write_fields(bench, fields)
    if errors or not act:
        return Outcome(bench.text, selected=selected, errors=errors)
    return perform(act, given, text=bench.text, values=values, host=host, pin=pin)


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
    except EditError as error:
        return Outcome(text, errors={"": str(error)})
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
    key, row, name = [*rest.split(" ", 2), "", ""][:3]
    if key == "environment":
        remove_environment(bench, name, row)
    elif key in LISTS:
        remove_item(bench, name, key, row)
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
