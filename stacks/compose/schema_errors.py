"""The validator's errors, reduced to those that say what is wrong.

Where a value may take several forms, the validator says why it is none of them. Only the form that was meant is of
use: the one whose type the value has, and of several such the one that it misses by the least.
"""

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stacks.compose.nodes import Path, Plain

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

MAX_ERRORS: Final = 500  # a file with more faults than this is no Compose file


class SchemaError(NamedTuple):
    """One error: the keyword of the schema that fails, where in the data, and the keyword's own facts.

    `facts` are the type names for `type`, the keys for `additionalProperties`, the key for `required`, the options for
    `enum` and `const`, the regular expression for `pattern`, the limit for `minimum` and `maximum`.
    """

    keyword: str
    path: Path
    facts: tuple[Any, ...]


def schema_errors(data: Plain) -> Iterator[SchemaError]:
    """What is wrong with the data, by the schema of Compose 2.40; at most MAX_ERRORS, each thing once."""
    from stacks.compose.schema_file import compose_schema, validator
    from stacks.compose.schema_parts import errors_in_parts
    from stacks.compose.schema_quick import surely_passes

    if not validator.cache_info().currsize and surely_passes(data, compose_schema()):
        return
    compiled = validator()
    if compiled.is_valid(data):
        return
    seen: set[SchemaError] = set()
    for each in _reduced(errors_in_parts(compiled, data)):
        error = each._replace(path=_as_in(data, each.path))
        if error not in seen and not _is_accepted(error, data):
            seen.add(error)
            yield error
        if len(seen) == MAX_ERRORS:
            return


def _reduced(errors: "Iterable[ValidationError]") -> Iterator[SchemaError]:
    for error in errors:
        kind: Any = error.kind
        path = tuple(error.instance_path)
        if kind.name in ("oneOf", "anyOf"):
            yield from _of_meant_form([list(_reduced(form)) for form in kind.context], path)
        else:
            yield SchemaError(kind.name, path, _facts(kind))


def _facts(kind: Any) -> tuple[Any, ...]:
    match kind.name:
        case "type":
            return tuple(kind.types)
        case "additionalProperties":
            return tuple(kind.unexpected[:MAX_ERRORS])
        case "required":
            return (kind.property,)
        case "enum":
            return tuple(kind.options)
        case "pattern":
            return (kind.pattern,)
        case "minimum" | "maximum":
            return (kind.limit,)
        case _:
            return ()


def _of_meant_form(forms: list[list[SchemaError]], path: Path) -> list[SchemaError]:
    """The errors of the form that was meant, or one error with the types of all."""
    matching = [errors for errors in forms if not any(_is_type_of(error, path) for error in errors)]
    if matching:
        return min(matching, key=lambda errors: (len({error.path for error in errors}), len(errors)))
    types = [name for errors in forms for error in errors if _is_type_of(error, path) for name in error.facts]
    return [SchemaError("type", path, tuple(dict.fromkeys(types)))] if types else []


def _is_type_of(error: SchemaError, path: Path) -> bool:
    return error.keyword == "type" and error.path == path


def _is_accepted(error: SchemaError, data: Plain) -> bool:
    """What the validator reports and Compose takes: `.inf` and `.nan` for a number."""
    if error.keyword == "type" and "number" in error.facts:
        value = value_at(data, error.path)
        return isinstance(value, float) and not isfinite(value)
    return False


def _as_in(data: Plain, path: Path) -> Path:
    """The path with its keys as the data has them: the validator gives a key of digits as a number."""
    steps: list[str | int] = []
    for step in path:
        steps.append(str(step) if isinstance(data, dict) else step)
        data = value_at(data, (steps[-1],))
    return tuple(steps)


def value_at(data: Plain, path: Path) -> Plain:
    """The value at a path that exists in the data."""
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data[step]
        else:
            assert isinstance(data, list) and isinstance(step, int)
            data = data[step]
    return data
