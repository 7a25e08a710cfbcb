"""Services as cards with forms: what each field shows, where it stands, what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stacks.compose.document import Document, Service
from stacks.compose.nodes import Path, Scalar, Sequence
from stacks.rules.checker import Report
from stacks.rules.findings import Diagnostic, Severity
from stacks.services.editor_bench import place_of
from stacks.services.editor_fields import FIELDS, FieldKind, place_in, written
from stacks.services.editor_gpu_form import GpuForm, gpu_form, gpu_words
from stacks.services.editor_rows import LISTS, NEW, environment_texts

_SHOWN = {"image", "command", "mem_limit", "shm_size", "restart", "ports", "volumes", "environment", "gpus", "deploy"}
_GPU_KEYS = {"gpus", "runtime", "devices"}


@dataclass(frozen=True, slots=True)
class Note:
    """A diagnostic in short, beside the field that it is about."""

    severity: Severity
    code: str
    message: str
    place: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as the form shows it. `becomes` is set where variables make another text of `value`."""

    name: str
    label: str
    value: str
    becomes: str | None
    default: str
    help: str
    choices: tuple[str, ...]
    line: int | None
    notes: tuple[Note, ...]
    error: str

    @property
    def key(self) -> str:
        return self.name.partition("@")[0]

    @property
    def is_bad(self) -> bool:
        return bool(self.error) or any(note.severity is Severity.ERROR for note in self.notes)


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of ports, volumes or variables; of a row that the form cannot write (`long`) only the text is shown."""

    key: str
    row: str
    name: FieldView
    value: FieldView | None = None
    long: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    key: str
    label: str
    rows: tuple[RowView, ...]
    new: RowView
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A service. A closed card holds no form: its parts are made when it is opened."""

    name: str
    line: int
    image: str
    gpus: str
    errors: int
    warnings: int
    is_open: bool
    is_selected: bool
    fields: tuple[FieldView, ...] = ()
    gpu: GpuForm | None = None
    lists: tuple[Rows, ...] = ()
    also: tuple[tuple[str, int], ...] = ()
    notes: tuple[Note, ...] = ()
    rename_error: str = ""
    rename_typed: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed and refused: the reasons and the texts, by the name of the form field."""

    errors: Mapping[str, str]
    typed: Mapping[str, str]

    def value(self, name: str, otherwise: str) -> str:
        return self.typed.get(name, otherwise) if name in self.errors else otherwise


def cards(report: Report, *, selected: str | None, opened: Iterable[str], entered: Entered) -> tuple[Card, ...]:
    """A card for each service, in the order of the document; the selected and the opened ones with their forms."""
    by_service: dict[str | None, list[Diagnostic]] = {}
    for diagnostic in report.diagnostics:
        by_service.setdefault(diagnostic.service, []).append(diagnostic)
    wide = {selected, *opened}
    return tuple(
        _card(service, by_service.get(service.name, []), service.name in wide, service.name == selected, entered)
        for service in report.document.services
    )


def _card(service: Service, found: list[Diagnostic], is_open: bool, is_selected: bool, entered: Entered) -> Card:
    errors = sum(each.severity is Severity.ERROR for each in found)
    warnings = sum(each.severity is Severity.WARNING for each in found)
    line = _line(service.document, service.span.start)
    image = service.image.string if service.image else ""
    head = (service.name, line, image or ("built here" if service.get("build") else "no image"), gpu_words(service))
    if not is_open:
        return Card(*head, errors, warnings, False, is_selected)
    notes: dict[str, list[Note]] = {}
    for each in found:
        key = _field_of(service, each.path)
        notes.setdefault(key, []).append(Note(each.severity, each.code, each.message, place_of(each)))
    rename = f"rename@{service.name}"
    return Card(
        *head,
        errors,
        warnings,
        True,
        is_selected,
        fields=tuple(_field(service, kind, notes, entered) for kind in FIELDS),
        gpu=gpu_form(service, tuple(notes.get("gpus", ())), entered.errors, entered.typed),
        lists=tuple(_lists(service, notes, entered)),
        also=tuple(_also(service)),
        notes=tuple(notes.get("", ())),
        rename_error=entered.errors.get(rename, ""),
        rename_typed=entered.value(rename, service.name),
    )


def _line(document: Document, offset: int) -> int:
    return document.source.position(offset).line


def _field_of(service: Service, path: Path) -> str:
    """The form field that a path belongs to; empty for the card as a whole."""
    if len(path) < 3 or path[:2] != service.path:
        return ""
    key = str(path[2])
    if key == "mem_limit" or path[2:5] == ("deploy", "resources", "limits"):
        return "memory"
    if key in _GPU_KEYS or path[2:5] == ("deploy", "resources", "reservations"):
        return "gpus"
    if key in LISTS:
        return f"{key}.{path[3]}" if len(path) > 3 and isinstance(path[3], int) else key
    if key == "environment":
        return f"environment.{_variable_row(service, path)}" if len(path) > 3 else key
    return key if any(kind.key == key for kind in FIELDS) else ""


def _variable_row(service: Service, path: Path) -> int | str:
    node = service.find("environment")
    for row, variable in enumerate(service.environment):
        if variable.name == path[3] or (isinstance(node, Sequence) and node.items[int(path[3])] is variable.node):
            return row
    return ""


def _becomes(node: object) -> str | None:
    if isinstance(node, Scalar) and node.interpolated is not None and node.string != node.text:
        return node.string
    return None


def _field(service: Service, kind: FieldKind, notes: Mapping[str, list[Note]], entered: Entered) -> FieldView:
    name = f"{kind.key}@{service.name}"
    place = place_in(service, kind)
    node = None if place is None else service.find(*place)
    default = kind.default
    if kind.key == "image" and service.get("build"):
        default = "built from this project"
    return FieldView(
        name=name,
        label=kind.label,
        value=entered.value(name, written(service, kind)),
        becomes=_becomes(node),
        default=default,
        help=kind.help,
        choices=kind.choices,
        line=None if node is None else _line(service.document, node.start),
        notes=tuple(notes.get(kind.key, ())),
        error=entered.errors.get(name, ""),
    )


def _lists(service: Service, notes: Mapping[str, list[Note]], entered: Entered) -> Iterable[Rows]:
    for key, label, example in (("ports", "Ports", "8000:8000"), ("volumes", "Volumes", "./data:/data")):
        node = service.find(key)
        items = node.items if isinstance(node, Sequence) else ()
        rows = tuple(
            _item_row(service, key, str(number), item, f"{label} {number + 1}", notes, entered)
            for number, item in enumerate(items)
        )
        new = RowView(
            key, NEW, _row_field(f"{key}.{NEW}@{service.name}", f"New: {label.lower()}", "", example, entered)
        )
        yield Rows(key, label, rows, new, tuple(notes.get(key, ())))
    yield _environment(service, notes, entered)


def _item_row(
    service: Service, key: str, row: str, item: object, label: str, notes: Mapping[str, list[Note]], entered: Entered
) -> RowView:
    name = f"{key}.{row}@{service.name}"
    own = tuple(notes.get(f"{key}.{row}", ()))
    if isinstance(item, Scalar):
        line = _line(service.document, item.start)
        return RowView(key, row, _row_field(name, label, item.text, "", entered, _becomes(item), line, own))
    node = service.find(key, int(row))
    target = service.scalar(key, int(row), "target")
    text = f"long form, {target.text if target else 'no target'}"
    start = None if node is None else _line(service.document, node.start)
    return RowView(key, row, _row_field(name, label, text, "", entered, None, start, own), long=True)


def _environment(service: Service, notes: Mapping[str, list[Note]], entered: Entered) -> Rows:
    rows = []
    for number, (variable, (name, value)) in enumerate(
        zip(service.environment, environment_texts(service), strict=True)
    ):
        stem = f"environment.{number}"
        line = _line(service.document, variable.span.start)
        becomes = _becomes(variable.node) and variable.value
        own = tuple(notes.get(stem, ()))
        default = "taken from the shell" if variable.value is None else "empty"
        rows.append(
            RowView(
                "environment",
                str(number),
                _row_field(f"{stem}.name@{service.name}", f"Variable {number + 1}", name, "", entered, None, line, own),
                _row_field(f"{stem}.value@{service.name}", f"Value of {name}", value, default, entered, becomes, line),
            )
        )
    stem = f"environment.{NEW}"
    new = RowView(
        "environment",
        NEW,
        _row_field(f"{stem}.name@{service.name}", "New: variable", "", "NAME", entered),
        _row_field(f"{stem}.value@{service.name}", "New: value", "", "value", entered),
    )
    return Rows("environment", "Environment", tuple(rows), new, tuple(notes.get("environment", ())))


def _row_field(
    name: str,
    label: str,
    value: str,
    default: str,
    entered: Entered,
    becomes: str | None = None,
    line: int | None = None,
    notes: tuple[Note, ...] = (),
) -> FieldView:
    row_is_bad = entered.errors.keys() & {name, name.replace(".value@", ".name@")}
    shown = entered.typed.get(name, value) if row_is_bad else value
    return FieldView(name, label, shown, becomes, default, "", (), line, notes, entered.errors.get(name, ""))


def _also(service: Service) -> Iterable[tuple[str, int]]:
    """Keys that the form does not show, with their lines; of `deploy` only what it says beside GPUs and memory."""
    for name, entry in service.node.effective.items():
        line = _line(service.document, entry.key.start)
        if name not in _SHOWN:
            if name not in ("runtime", "devices") or not gpu_words(service):
                yield name, line
        elif name == "deploy" and _deploys_more(service):
            yield name, line


def _deploys_more(service: Service) -> bool:
    deploy, resources = service.mapping("deploy"), service.mapping("deploy", "resources")
    limits, reservations = (
        service.mapping("deploy", "resources", "limits"),
        service.mapping("deploy", "resources", "reservations"),
    )
    return any(
        node is not None and not node.effective.keys() <= known
        for node, known in (
            (deploy, {"resources"}),
            (resources, {"limits", "reservations"}),
            (limits, {"memory"}),
            (reservations, {"devices"}),
        )
    )
