"""Services completed with those that they extend, of their own file or of another one.

A base of the same file is taken as it is written, one of another file in its long form; either before anything is
merged into it. Paths in it are relative to its own file. Source: compose-go 2.9.1, loader/extends.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from stacks.compose.merging import extend_service, merge_files
from stacks.compose.nodes import Entry, Mapping
from stacks.compose.project_loading import FaultKind, ProjectFault, Scope, folder_of
from stacks.compose.references import Extended, extended_by

if TYPE_CHECKING:
    from stacks.compose.project_loading import Loading
    from stacks.compose.project_parts import Part

_LONGEST_CHAIN: Final = 30  # of services that extend each other; nobody can follow a longer one

Trail = tuple[tuple[str, str], ...]


class _Services(NamedTuple):
    """The services of one file; `is_long` for a file that is only extended."""

    key: str
    entries: dict[str, Entry]
    completed: dict[str, Entry]
    scope: Scope
    is_long: bool


def extend_services(loading: Loading, root: Mapping, part: Part, scope: Scope) -> Mapping:
    """A file's model with its services completed; the same one where none extends another."""
    services = root.value("services")
    if not isinstance(services, Mapping):
        return root
    found = _Services(part.file.path, services.effective, {}, scope, False)
    names = [name for name, entry in found.entries.items() if _extends(entry) is not None]
    if not names:
        return root
    completed = {name: _completed(loading, found, name, ()) for name in names}
    kept = [completed.get(name) or entry for name, entry in found.entries.items()]
    return with_entries(loading, root, {"services": with_values(loading, services, kept)})


def with_values(loading: Loading, mapping: Mapping, entries: list[Entry]) -> Mapping:
    """A mapping with other entries, which remembers where it is written."""
    made = Mapping(mapping.start, mapping.end, mapping.flow, None, None, entries)
    loading.record.note(made, mapping)
    return made


def with_entries(loading: Loading, mapping: Mapping, new: dict[str, Mapping]) -> Mapping:
    """A mapping with other values under some of its keys."""
    entries = [
        Entry(entry.key, new[entry.name], None, entry.name) if entry.name in new else entry
        for entry in mapping.effective.values()
    ]
    return with_values(loading, mapping, entries)


def _extends(entry: Entry) -> Extended | None:
    return extended_by(entry.value) if isinstance(entry.value, Mapping) else None


def _completed(loading: Loading, services: _Services, name: str, trail: Trail) -> Entry | None:
    """A service with its bases; the service as it is where one cannot be had, None where it extends itself."""
    entry = services.entries[name]
    extended = _extends(entry)
    if name in services.completed or extended is None:
        return services.completed.get(name, entry)
    step = (services.key, name)
    owner = trail[0][1] if trail else name
    if step in trail:
        if step == trail[0] or services.is_long:
            message = f"Docker Compose will refuse this file: service `{name}` extends itself in the end"
            _refuse(loading, extended, message, "Take one `extends` out of the circle.", owner)
        return None
    holder = services if extended.file is None else _services_of(loading, services.scope, extended.file)
    if holder is None or len(trail) >= _LONGEST_CHAIN:
        return entry
    if extended.name not in holder.entries:
        where = "" if holder is services else f" in `{extended.file}`"
        message = f"Docker Compose will refuse this file: there is no service `{extended.name}`{where} to extend"
        _refuse(loading, extended, message, _hint(extended.name, holder), owner)
        return entry
    base = _completed(loading, holder, extended.name, (*trail, step))
    if base is None:
        return entry
    services.completed[name] = _joined(loading, entry, base, is_long=holder.is_long)
    return services.completed[name]


def _joined(loading: Loading, entry: Entry, base: Entry, *, is_long: bool) -> Entry:
    assert isinstance(entry.value, Mapping)
    own = with_values(loading, entry.value, [each for each in entry.value.effective.values() if each.name != "extends"])
    if isinstance(base.value, Mapping):
        own = extend_service(loading.record, entry.name, base.value, own, is_long=is_long)
    return Entry(entry.key, own, None, entry.name)


def _hint(name: str, holder: _Services) -> str:
    from stacks.compose.schema_suggestions import closest

    near, _ = closest(name, tuple(holder.entries))
    return f"Did you mean `{near}`?" if near else "Define it, or name the file that has it."


def _refuse(loading: Loading, extended: Extended, message: str, hint: str, service: str) -> None:
    loading.faults.append(ProjectFault(FaultKind.BASE, extended.span, message, hint, (), service))


def _services_of(loading: Loading, scope: Scope, path: str) -> _Services | None:
    """The services of a file that is extended; None where it cannot be read."""
    file = loading.find(scope.folder, path)
    if file is None:
        return None
    place = (file.path, id(scope.environment))
    if place not in loading.services:
        inner = Scope(folder_of(file.path), scope.environment)
        model: Mapping | None = None
        for root in loading.part(file, inner).roots:
            if isinstance(root, Mapping):
                model = root if model is None else merge_files(loading.record, model, root)
        section = model.value("services") if model is not None else None
        entries = section.effective if isinstance(section, Mapping) else {}
        loading.services[place] = _Services(file.path, entries, {}, inner, True)
    known = loading.services[place]
    assert isinstance(known, _Services)
    return known
