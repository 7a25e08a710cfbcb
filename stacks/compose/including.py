"""Models that a file takes in with `include`: projects of their own, with their own folder and variables.

Source: compose-go 2.9.1, loader/include.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from stacks.compose.dotenv import parse_dotenv
from stacks.compose.extending import with_values
from stacks.compose.nodes import Entry, Mapping, Node, Scalar, Sequence, plain_data
from stacks.compose.problems import Related
from stacks.compose.project_loading import FaultKind, ProjectFault, Scope, folder_of, resolved
from stacks.compose.source import Span

if TYPE_CHECKING:
    from stacks.compose.project_loading import Loading
    from stacks.compose.project_parts import SourceFile

_SECTIONS: Final = ("services", "volumes", "networks", "secrets", "configs", "models")
_NO_FILE: Final = "/dev/null"

# Keys whose values have a long form, are made mappings or lists, or name places that are made absolute.
_OF_LONG_ITEMS: Final = frozenset({"ports", "volumes", "secrets", "configs", "devices", "env_file"})
_MAPPINGS: Final = frozenset({"depends_on", "networks", "models"})
_LISTS: Final = frozenset({"gpus", "dns", "dns_opt", "dns_search"})
_RESOLVED: Final = frozenset({"build", "label_file", "file"})


class _Included(NamedTuple):
    """One item of `include`: its files, the first of which says what the others are merged into."""

    files: tuple[SourceFile, ...]
    scope: Scope


def include_models(loading: Loading, root: Mapping, scope: Scope, trail: tuple[str, ...]) -> Mapping:
    """A file's model with those that it includes; what cannot be read stays under its `include`."""
    include = root.value("include")
    if not isinstance(include, Sequence) or not include.items:
        return root
    left: list[Node] = []
    for index, item in enumerate(include.items):
        included = _read(loading, item, scope)
        if included is None:
            left.append(item)
        elif included.files[0].path in trail:
            span = include.item_span(index)
            message = "Docker Compose will refuse this file: it includes itself in the end"
            hint = "Take one `include` out of the circle."
            loading.faults.append(ProjectFault(FaultKind.INCLUDE_CYCLE, span, message, hint))
        else:
            model = loading.model(included.files, included.scope, trail)
            root = root if model is None else _with_model(loading, root, model, include.item_span(index), trail[-1])
    entries = [entry for entry in root.effective.values() if entry.name != "include"]
    own = root.get("include")
    if left and own is not None:
        rest = Sequence(include.start, include.end, include.flow, None, None, left)
        loading.record.note(rest, include)
        entries.append(Entry(own.key, rest, None, "include"))
    return with_values(loading, root, entries)


def _read(loading: Loading, item: Node, scope: Scope) -> _Included | None:
    """What an item of `include` names; None where a file of it cannot be read."""
    paths = _texts(item if isinstance(item, Scalar) else item.value("path") if isinstance(item, Mapping) else None)
    files = [loading.find(scope.folder, path) for path in paths]
    found = tuple(file for file in files if file is not None)
    if not found or len(found) < len(files):
        return None
    folder = folder_of(found[0].path)
    if isinstance(item, Mapping) and (given := item.scalar("project_directory")) is not None and given.string:
        folder = resolved(scope.folder, given.string)
    folder = "" if folder == "." else folder
    environment = _environment(loading, item, scope, folder)
    return None if environment is None else _Included(found, environment)


def _texts(node: Node | None) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else [node]
    return tuple(item.string for item in items if isinstance(item, Scalar) and isinstance(item.value, str))


def _environment(loading: Loading, item: Node, scope: Scope, folder: str) -> Scope | None:
    """The variables of an included model: those of the one that includes it, then those of its `env_file` or `.env`."""
    named = _texts(item.value("env_file")) if isinstance(item, Mapping) else ()
    values: dict[str, str] = {}
    for base, path in [(scope.folder, each) for each in named if each != _NO_FILE] or [(folder, ".env")]:
        found = loading.find(base, path)
        if found is None:
            if named:
                return None
            continue
        known = {**values, **scope.environment}
        values |= parse_dotenv(found.text, known.get).values
    return Scope(folder, {**values, **scope.environment} if values else scope.environment)


def _with_model(loading: Loading, root: Mapping, model: Mapping, span: Span, includer: str) -> Mapping:
    entries = dict(root.effective)
    for name in _SECTIONS:
        theirs, ours = model.get(name), entries.get(name)
        if theirs is None or not isinstance(theirs.value, Mapping):
            continue
        if ours is not None and isinstance(ours.value, Mapping):
            entries[name] = Entry(ours.key, _joined(loading, ours.value, theirs.value, span, includer), None, name)
        elif ours is None or (isinstance(ours.value, Scalar) and ours.value.value is None):
            entries[name] = theirs
    return with_values(loading, root, list(entries.values()))


def _joined(loading: Loading, ours: Mapping, theirs: Mapping, span: Span, includer: str) -> Mapping:
    entries = dict(ours.effective)
    for name, entry in theirs.effective.items():
        known = entries.setdefault(name, entry)
        if known is entry or known.value is entry.value:
            continue
        is_own = loading.parts.at(known.key.start).file.path == includer
        if plain_data(known.value) != plain_data(entry.value) or (is_own and _is_rewritten(entry.value)):
            loading.faults.append(_conflict(name, known, entry, span))
    made = Mapping(ours.start, ours.end, ours.flow, None, None, list(entries.values()))
    loading.record.note(made, theirs, ours)
    return made


def _is_rewritten(definition: Node) -> bool:
    """Whether Compose changes a definition as it reads it.

    What is included was read to its end when it is compared with what the file itself has, so that the two then differ.
    """
    if not isinstance(definition, Mapping):
        return False
    return any(_is_short(name, entry.value) for name, entry in definition.effective.items())


def _is_short(name: str, value: Node) -> bool:
    if name in _OF_LONG_ITEMS:
        return isinstance(value, Scalar) or (
            isinstance(value, Sequence) and any(isinstance(item, Scalar) for item in value.items)
        )
    if name in _MAPPINGS:
        return not isinstance(value, Mapping)
    return name in _RESOLVED or (name in _LISTS and not isinstance(value, Sequence))


def _conflict(name: str, known: Entry, entry: Entry, span: Span) -> ProjectFault:
    related = (Related(entry.key.span, "the other one"), *_included_here(span))
    message = f"Docker Compose will refuse this file: `{name}` is defined here and, otherwise, in what is included"
    return ProjectFault(FaultKind.INCLUDE_CONFLICT, known.key.span, message, "Rename one of the two.", related)


def _included_here(span: Span) -> Iterator[Related]:
    yield Related(span, "included here")
