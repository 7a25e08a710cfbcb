"""The validator's errors, part by part: it makes objects of all errors at once, of up to 11 kB each.

A file of a hundred thousand empty ports would take gigabytes. So a large file is looked at service by service, and of a
part that is large itself only as much is given to the validator as has its first errors.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from stacks.compose.nodes import Plain

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

MOST_VALUES: Final = 4_000  # in which the validator may find errors at once
_WRITTEN_KEYS: Final = 100  # of a mapping, never cut off: what the schema requires is among them


def errors_in_parts(validator: "Validator", data: Plain) -> "Iterator[ValidationError]":
    """As the validator's `iter_errors`; of a part with many values the first errors alone."""
    for part in _parts(data):
        if not validator.is_valid(part):
            yield from validator.iter_errors(_invalid_beginning(validator, part))


def _parts(data: Plain) -> Iterator[Plain]:
    """The data, or each entry of each section alone: the schema compares none with another."""
    if not isinstance(data, dict) or _Beginning(MOST_VALUES).of(data) is data:
        yield data
        return
    for section, entries in data.items():
        if isinstance(entries, dict):
            for name, entry in entries.items():
                yield {section: {name: entry}}
        else:
            yield {section: entries}


def _invalid_beginning(validator: "Validator", data: Plain) -> Plain:
    """As much of invalid data as has an error, and at most MOST_VALUES values more than has none."""
    valid, invalid = 0, MOST_VALUES
    while (begun := _Beginning(invalid).of(data)) is not data and validator.is_valid(begun):
        valid, invalid = invalid, 2 * invalid
    while invalid - valid > MOST_VALUES:
        middle = (valid + invalid) // 2
        if validator.is_valid(_Beginning(middle).of(data)):
            valid = middle
        else:
            invalid = middle
    return _Beginning(invalid).of(data)


class _Beginning:
    """The first values of data, in the order of the text; the lists and mappings around them are there as well."""

    def __init__(self, most: int) -> None:
        self.left = most

    def of(self, data: Plain) -> Plain:
        """The data itself where nothing of it has to be left out."""
        if isinstance(data, list):
            items: list[Plain] = []
            for item in data:
                if self.left <= 0:
                    return items
                self.left -= 1
                items.append(self.of(item))
            return data if all(map(_is_same, items, data)) else items
        if isinstance(data, dict):
            entries: dict[str, Plain] = {}
            for position, (key, value) in enumerate(data.items()):
                if self.left <= 0 and position >= _WRITTEN_KEYS:
                    return entries
                self.left -= 1
                entries[key] = self.of(value)
            return data if all(map(_is_same, entries.values(), data.values())) else entries
        return data


def _is_same(one: Plain, other: Plain) -> bool:
    return one is other
