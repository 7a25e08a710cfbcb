"""The plain words for what the schema finds."""

from __future__ import annotations

from typing import Final

from stacks.compose.nodes import Entry, Mapping, Path, Plain, Scalar, path_text
from stacks.compose.problems import Related
from stacks.compose.schema_cures import cure, may_be_quoted, rewrite, without_space
from stacks.compose.schema_errors import SchemaError, value_at
from stacks.compose.schema_faults import SchemaFault, SchemaProblem
from stacks.compose.schema_file import known_keys
from stacks.compose.schema_places import Place, place_at
from stacks.compose.schema_suggestions import closest, home_text, suggest_key
from stacks.compose.source import Span

_REFUSED: Final = "Docker Compose will refuse this file: "
_TYPES: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "null": "nothing",
    "array": "a list",
    "object": "a mapping",
}
_NAMED: Final = {
    "networks": "network",
    "volumes": "volume",
    "secrets": "secret",
    "configs": "config",
    "models": "model",
}
_SHOWN: Final = 60
_MANY: Final = 12
_POLICIES: Final = "always, never, missing, build, daily, weekly, refresh or every_ with a time such as 12h"


def describe(error: SchemaError, place: Place, data: Plain, entry: Entry | None) -> SchemaProblem:
    """The problem that an error stands for; `entry` is the unknown key of `additionalProperties`."""
    match error.keyword:
        case "additionalProperties" if entry is not None:
            return _unknown_key(error.path, place, entry)
        case "required":
            return _missing_key(error, place)
        case "type":
            return _wrong_type(error, place, value_at(data, error.path))
        case "enum":
            return _not_an_option(error, place, value_at(data, error.path))
        case "minimum" | "maximum":
            bound, other = ("less", "more") if error.keyword == "minimum" else ("more", "less")
            value = shown(value_at(data, error.path))
            message = f"{_REFUSED}{label(error.path)} is {value}, and no {bound} than {error.facts[0]} is taken"
            return SchemaProblem(
                SchemaFault.VALUE, place.value_span, error.path, message, f"Write {error.facts[0]} or {other}."
            )
        case "pattern":
            return _malformed(error, place, value_at(data, error.path))
        case "uniqueItems":
            return _duplicate(error, place, value_at(data, error.path))
        case _:
            message = f"{_REFUSED}{label(error.path)} breaks the Compose Specification's rule `{error.keyword}`"
            hint = "Write it as the Compose Specification has it."
            return SchemaProblem(SchemaFault.VALUE, place.value_span, error.path, message, hint)


def label(path: Path) -> str:
    """The last of a path, as it is named in a message."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {label(path[:-1])}"
    return f"`{path[-1]}`"


def shown(value: Plain) -> str:
    """A value as YAML writes it, in backticks and cut where it is long."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value == "":
        return "empty text"
    text = str(value).replace("\n", " ")
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}…`"


def holder(path: Path) -> str:
    """The mapping at a path, as it is named in a message."""
    if not path:
        return "the top of a Compose file"
    if len(path) == 2 and path[0] == "services":
        return "a service"
    if len(path) == 2 and path[0] in _NAMED:
        return f"a {_NAMED[str(path[0])]}"
    inner = path_text(path[2:] if path[0] == "services" and len(path) > 2 else path)
    return f"`{inner}`"


def hint_for_key(name: str, path: Path, mapping: Mapping, known: tuple[str, ...]) -> tuple[str, str | None]:
    """What to do about an unknown key, and the key to write instead where that is certain."""
    found = suggest_key(name, path, known, mapping.effective.keys())
    if found.home is not None:
        return f"Move it: `{name}` belongs {home_text(found.home)}.", None
    if found.key is not None:
        return f"Did you mean `{found.key}`?", found.key if found.certain else None
    return "Delete it, or begin its name with `x-` if it is a note of your own.", None


def _unknown_key(path: Path, place: Place, entry: Entry) -> SchemaProblem:
    known = known_keys(path)
    name = entry.name
    where = (*path, name)
    if not known:
        kind = _NAMED.get(str(path[0]), "service") if len(path) == 1 else "key"
        message = f"{_REFUSED}{shown(name)} is not a name for a {kind}"
        hint = "Use letters, digits, `.`, `_` and `-` only." if name else "Give it a name."
        return SchemaProblem(SchemaFault.BAD_NAME, entry.key.span, where, message, hint)
    mapping = place.node
    assert isinstance(mapping, Mapping)
    message = f"{_REFUSED}{holder(path)} has no key {shown(name)}"
    item = without_space(path, mapping)
    if item is not None:
        hint = f"Write `{item.shown}`: the space after a colon makes a key of what is before it."
        return SchemaProblem(SchemaFault.UNKNOWN_KEY, entry.key.span, where, message, hint, rewrite=item)
    hint, suggestion = hint_for_key(name, path, mapping, known)
    return SchemaProblem(SchemaFault.UNKNOWN_KEY, entry.key.span, where, message, hint, (), suggestion)


def _missing_key(error: SchemaError, place: Place) -> SchemaProblem:
    key = str(error.facts[0])
    subject = label(error.path) if isinstance(error.path[-1], int) else holder(error.path)
    message = f"{_REFUSED}{subject} lacks the key `{key}`"
    return SchemaProblem(SchemaFault.MISSING_KEY, place.name_span, (*error.path, key), message, f"Add `{key}`.")


def _wrong_type(error: SchemaError, place: Place, value: Plain) -> SchemaProblem:
    wanted = _one_of([_TYPES.get(name, name) for name in error.facts if name != "null"])
    if value is None:
        message = f"{_REFUSED}{label(error.path)} has no value, and {wanted} is wanted here"
        span = place.entry.key.span if place.entry is not None else place.value_span
        return SchemaProblem(SchemaFault.NOTHING, span, error.path, message, "Give it a value, or delete the key.")
    message = f"{_REFUSED}{label(error.path)} is {_kind(value)}, and {wanted} is wanted here"
    hint = cure(error.path, error.facts, value, place.node) or f"Write {wanted}."
    other = rewrite(error.path, error.facts, value, place.node)
    repair = _repair(error, place) if other is None else None
    return SchemaProblem(SchemaFault.WRONG_TYPE, place.value_span, error.path, message, hint, (), None, repair, other)


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "nothing"


def _kind(value: Plain) -> str:
    if isinstance(value, bool):
        return f"the truth value {shown(value)}"
    if isinstance(value, (int, float)):
        return f"the number {shown(value)}"
    if isinstance(value, str):
        return f"the text {shown(value)}" if value else "empty text"
    return "a list" if isinstance(value, list) else "a mapping"


def _repair(error: SchemaError, place: Place) -> tuple[str, str, str] | None:
    """What to put around a value of the wrong form; none where quotes would give a size or a time without a unit."""
    node = place.node
    if not isinstance(node, Scalar) or node.style in ("|", ">") or "$" in node.text:
        return None
    if "string" in error.facts and node.style is None:
        return ('"', '"', "put quotes around it") if may_be_quoted(error.path, error.facts) else None
    if "array" in error.facts and "object" not in error.facts and "," not in node.text and "\n" not in node.text:
        quote = '"' if node.style is None and not isinstance(node.value, str) else ""
        return (f"[{quote}", f"{quote}]", "make it a list of one")
    return None


def _not_an_option(error: SchemaError, place: Place, value: Plain) -> SchemaProblem:
    options = tuple(str(option) for option in error.facts)
    listed = _one_of([f"`{option}`" for option in options[:_MANY]])
    message = f"{_REFUSED}{label(error.path)} is {shown(value)}, and only {listed} is taken here"
    near, certain = closest(value, options) if isinstance(value, str) else (None, False)
    hint = f"Did you mean `{near}`?" if near else f"Write {listed}."
    return SchemaProblem(SchemaFault.VALUE, place.value_span, error.path, message, hint, (), near if certain else None)


def _malformed(error: SchemaError, place: Place, value: Plain) -> SchemaProblem:
    name, text = error.path[-1], shown(value)
    if name == "container_name":
        message = f"{_REFUSED}{text} is not a name for a container"
        hint = "Begin with a letter or digit, and go on with at least one more, `_`, `.` or `-`."
    elif name == "pull_policy":
        message, hint = f"{_REFUSED}{text} is not a `pull_policy`", f"Write {_POLICIES}."
    else:
        message, hint = (
            f"{_REFUSED}{label(error.path)} is {text}, which is not taken here",
            f"Write a value that matches `{error.facts[0]}`.",
        )
    return SchemaProblem(SchemaFault.PATTERN, place.value_span, error.path, message, hint)


def _duplicate(error: SchemaError, place: Place, value: Plain) -> SchemaProblem:
    first, second = _first_equal(value)
    path = (*error.path, second)
    message = f"{_REFUSED}{shown(_item(value, second))} is in {label(error.path)} twice"
    related = (Related(_span(place, first), "first given here"),)
    return SchemaProblem(SchemaFault.DUPLICATE, _span(place, second), path, message, "Delete one of the two.", related)


def _item(value: Plain, index: int) -> Plain:
    return value[index] if isinstance(value, list) else value


def _first_equal(value: Plain) -> tuple[int, int]:
    seen: dict[str, int] = {}
    for index, item in enumerate(value if isinstance(value, list) else ()):
        key = f"{type(item).__name__} {item!r}"
        if key in seen:
            return seen[key], index
        seen[key] = index
    return 0, 0


def _span(place: Place, index: int) -> Span:
    return place_at(place.node, (index,)).span
