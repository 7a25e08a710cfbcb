"""Typed reading of one decoded JSON object, with errors that name the place."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeVar, overload

from stacks.hosts.snapshot import SnapshotError

# What a database's 64-bit column holds, and far above any size in bytes that a machine has.
LARGEST_INTEGER = 2**63 - 1
Choice = TypeVar("Choice", bound=StrEnum)


class JsonObject:
    """The members of a JSON object at `place` (`gpus[1]`; empty for the document), read by key.

    Each method gives None for a key that is absent or null, unless `required`, and raises SnapshotError for a value of
    another type. It remembers which keys were asked for, its children's too, so that `unknown_keys` can name the rest.
    """

    def __init__(self, place: str, members: Mapping[str, object]) -> None:
        self.place = place
        self._members = members
        self._asked: set[str] = set()
        self._children: list[JsonObject] = []

    def unknown_keys(self) -> list[str]:
        """The keys that nobody asked for, as places, here and below."""
        here = [self._at(str(key)[:80]) for key in self._members if key not in self._asked]
        return here + [key for child in self._children for key in child.unknown_keys()]

    @overload
    def text(self, key: str, *, required: Literal[True], limit: int = ...) -> str: ...
    @overload
    def text(self, key: str, *, required: Literal[False] = ..., limit: int = ...) -> str | None: ...
    def text(self, key: str, *, required: bool = False, limit: int = 120) -> str | None:
        value = self._value(key, required=required)
        return None if value is None else self._checked_text(self._at(key), value, limit)

    def texts(self, key: str) -> tuple[str, ...] | None:
        values = self._list(key, required=False)
        if values is None:
            return None
        return tuple(self._checked_text(f"{self._at(key)}[{i}]", value, 4096) for i, value in enumerate(values))

    @overload
    def integer(self, key: str, *, required: Literal[True], unit: str = ...) -> int: ...
    @overload
    def integer(self, key: str, *, required: Literal[False] = ..., unit: str = ...) -> int | None: ...
    def integer(self, key: str, *, required: bool = False, unit: str = "") -> int | None:
        value = self._value(key, required=required)
        if value is None:
            return None
        expected = f"an integer number of {unit}" if unit else "an integer"
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._error(self._at(key), expected, value)
        if not 0 <= value <= LARGEST_INTEGER:
            raise SnapshotError(f"{self._at(key)}: expected {expected} from 0 to 2^63 - 1")
        return value

    def boolean(self, key: str) -> bool | None:
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            raise self._error(self._at(key), "true or false", value)
        return value

    def version(self, key: str) -> tuple[int, int] | None:
        """A version of two numbers, written `"12.8"`."""
        value = self._value(key)
        if value is None:
            return None
        major, dot, minor = value.partition(".") if isinstance(value, str) else ("", "", "")
        if not (dot and all(part.isascii() and part.isdigit() and len(part) <= 6 for part in (major, minor))):
            raise self._error(self._at(key), 'two numbers as a string, such as "12.8"', value)
        return int(major), int(minor)

    def choice(self, key: str, choices: type[Choice]) -> Choice | None:
        value = self._value(key)
        if value is None:
            return None
        found = next((choice for choice in choices if choice.value == value), None)
        if found is None:
            raise self._error(self._at(key), "one of " + ", ".join(choice.value for choice in choices), value)
        return found

    def time(self, key: str) -> str:
        """A moment in ISO 8601 and UTC, kept as it is written; required."""
        value = self.text(key, required=True, limit=40)
        try:
            offset = datetime.fromisoformat(value).utcoffset()
        except ValueError:
            offset = None
        if offset != timedelta(0):
            raise self._error(self._at(key), "a time in UTC such as 2026-11-23T08:30:00Z", value)
        return value

    def child(self, key: str) -> "JsonObject | None":
        value = self._value(key)
        return None if value is None else self._as_object(self._at(key), value)

    def children(self, key: str, *, required: bool = False) -> "list[JsonObject] | None":
        """The objects of a list. A required key must be there, but may be null."""
        if required and key not in self._members:
            raise SnapshotError(f"{self._at(key)}: missing")
        values = self._list(key, required=False)
        if values is None:
            return None
        return [self._as_object(f"{self._at(key)}[{i}]", value) for i, value in enumerate(values)]

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def _value(self, key: str, *, required: bool = False) -> object:
        self._asked.add(key)
        value = self._members.get(key)
        if required and value is None:
            raise SnapshotError(f"{self._at(key)}: missing")
        return value

    def _list(self, key: str, *, required: bool) -> list[object] | None:
        value = self._value(key, required=required)
        if value is not None and not isinstance(value, list):
            raise self._error(self._at(key), "a list", value)
        return value

    def _as_object(self, place: str, value: object) -> "JsonObject":
        if not isinstance(value, dict):
            raise self._error(place, "an object", value)
        child = JsonObject(place, value)
        self._children.append(child)
        return child

    def _checked_text(self, place: str, value: object, limit: int) -> str:
        if not isinstance(value, str):
            raise self._error(place, "a string", value)
        if len(value) > limit:
            raise SnapshotError(f"{place}: expected at most {limit} characters, got {len(value)}")
        # Neither can be stored: UTF-8 has no surrogates, and PostgreSQL's text no NUL.
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise SnapshotError(f"{place}: holds a character that is not text")
        return value

    @staticmethod
    def _error(place: str, expected: str, value: object) -> SnapshotError:
        shown = repr(value)
        return SnapshotError(f"{place}: expected {expected}, got {shown if len(shown) <= 60 else shown[:59] + '…'}")
