"""Whether data surely meets the schema: a quick look in plain Python, for the many files that have no fault.

Loading and compiling the validator takes 30 ms, half as long as Docker Compose takes for a small file. Here a file is
held against the schema as it is read, keyword by keyword; whatever this reader does not know for certain is Doubt, and
then the validator decides. It says no more than yes or no: what is wrong, and where, is the validator's to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, Final

Schema = dict[str, Any]

_MOST: Final = 8_000  # values; the validator, once compiled, looks at more of them in less time
_LONGEST_COMPARED: Final = 50  # items that are compared each with each
_IGNORED: Final = frozenset({"$schema", "$id", "$defs", "title", "description", "default", "deprecated", "format"})


class Doubt(Exception):  # noqa: N818  (no error: it asks somebody else)
    """Something that only the validator can decide."""


def surely_passes(data: Any, schema: Schema) -> bool:
    """Whether the validator would find no fault; False where it would, and where that is not certain."""
    try:
        return _Reader(schema).passes(data, schema)
    except (Doubt, RecursionError):
        return False


class _Reader:
    def __init__(self, root: Schema) -> None:
        self.definitions = root.get("$defs", {})
        self.left = _MOST

    def passes(self, value: Any, schema: Schema) -> bool:
        self.left -= 1
        if self.left < 0:
            raise Doubt
        for keyword, wanted in schema.items():
            check = _KEYWORDS.get(keyword)
            if check is not None:
                if not check(self, value, wanted, schema):
                    return False
            elif keyword not in _IGNORED:
                raise Doubt
        return True

    def reference(self, value: Any, wanted: str, _: Schema) -> bool:
        name = wanted.removeprefix("#/$defs/")
        if name == wanted or name not in self.definitions:
            raise Doubt
        return self.passes(value, self.definitions[name])

    def one_of(self, value: Any, forms: list[Schema], _: Schema) -> bool:
        return sum(self.passes(value, form) for form in forms) == 1

    def any_of(self, value: Any, forms: list[Schema], _: Schema) -> bool:
        return any(self.passes(value, form) for form in forms)

    def properties(self, value: Any, wanted: Schema, schema: Schema) -> bool:
        """Goes over the keys that are there, for `patternProperties` and `additionalProperties` as well."""
        if type(value) is not dict:
            return True
        patterns: Schema = schema.get("patternProperties", {})
        others = schema.get("additionalProperties", True)
        for key, inner in value.items():
            matching = [each for pattern, each in patterns.items() if _matches(pattern, key)] if patterns else []
            if key in wanted:
                matching.append(wanted[key])
            if matching:
                if not all(self.passes(inner, each) for each in matching):
                    return False
            elif others is False or (type(others) is dict and not self.passes(inner, others)):
                return False
        return True

    def without_properties(self, value: Any, _: object, schema: Schema) -> bool:
        return "properties" in schema or self.properties(value, {}, schema)

    def others(self, value: Any, _: object, schema: Schema) -> bool:
        return "patternProperties" in schema or self.without_properties(value, _, schema)

    def items(self, value: Any, wanted: Schema, _: Schema) -> bool:
        return type(value) is not list or all(self.passes(item, wanted) for item in value)


def _type(_: _Reader, value: Any, wanted: str | list[str], __: Schema) -> bool:
    kind = type(value)
    if kind is float or (kind is int and not -(2**53) <= value <= 2**53):
        if kind is int or not isfinite(value) or value.is_integer():
            raise Doubt  # 1.0 is an integer to some, and a large number loses its last digits
        name = "number"
    else:
        name = _NAMES[kind]
    names = (wanted,) if type(wanted) is str else wanted
    return name in names or (kind is int and "number" in names)


def _unique(_: _Reader, value: Any, wanted: bool, __: Schema) -> bool:
    if not wanted or type(value) is not list or len(value) < 2:
        return True
    if all(type(item) is str for item in value):
        return len(set(value)) == len(value)
    if len(value) > _LONGEST_COMPARED or any(item in value[:index] for index, item in enumerate(value)):
        raise Doubt  # what is equal to Python, such as 1 and true, need not be so to JSON
    return True


def _enum(_: _Reader, value: Any, options: list[Any], __: Schema) -> bool:
    return any(type(value) is type(option) and value == option for option in options)


def _required(_: _Reader, value: Any, keys: list[str], __: Schema) -> bool:
    return type(value) is not dict or all(key in value for key in keys)


def _minimum(_: _Reader, value: Any, least: float, __: Schema) -> bool:
    return type(value) not in (int, float) or bool(value >= least)


def _maximum(_: _Reader, value: Any, most: float, __: Schema) -> bool:
    return type(value) not in (int, float) or bool(value <= most)


def _pattern(_: _Reader, value: Any, pattern: str, __: Schema) -> bool:
    return type(value) is not str or _matches(pattern, value)


def _matches(pattern: str, text: str) -> bool:
    if not (text.isascii() and text.isprintable()):
        raise Doubt  # Python and Rust part ways on `$` before a line's end, and on what a letter is
    return re.search(pattern, text) is not None


_NAMES: Final = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", type(None): "null"}
_KEYWORDS: Final[dict[str, Callable[[_Reader, Any, Any, Schema], bool]]] = {
    "$ref": _Reader.reference,
    "type": _type,
    "properties": _Reader.properties,
    "patternProperties": _Reader.without_properties,
    "additionalProperties": _Reader.others,
    "items": _Reader.items,
    "oneOf": _Reader.one_of,
    "anyOf": _Reader.any_of,
    "uniqueItems": _unique,
    "required": _required,
    "enum": _enum,
    "minimum": _minimum,
    "maximum": _maximum,
    "pattern": _pattern,
}
