"""What a plain scalar means to Docker Compose.

Compose reads YAML with go-yaml v3: nearly the YAML 1.2 core schema, so that `22:22`, `on` and `yes` are strings, but
with the octal `0123`, the binary `0b11` and the `1_000` of YAML 1.1 kept. Source: gopkg.in/yaml.v3, resolve.go.
"""

import re
from sys import float_info
from typing import Final

from stacks.patterns import lazy_pattern

_WORDS: Final[dict[str, bool | float | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER_START: Final = frozenset("+-.0123456789")
_DECIMAL = lazy_pattern(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_PREFIXED = lazy_pattern(r"([-+]?)0(?:[bB]([01]+)|[oO]?([0-7]+)|[xX]([0-9a-fA-F]+))\Z")
_FLOAT = lazy_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_TIMESTAMP = lazy_pattern(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\s*\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?\s*(?:Z|[-+]\d{1,2}(?::?\d{2})?)?)?\Z", re.ASCII
)
_INTEGERS: Final = 1 << 63
_LARGEST_FLOAT: Final = int(float_info.max)
_LONGEST_NUMBER = 400  # the digits of the largest float are fewer; Python refuses to convert far longer integers


ScalarValue = str | int | float | bool | None


def is_timestamp(text: str) -> bool:
    """Whether a plain scalar is a date such as `2024-01-01`: YAML makes it a time, which no place in Compose takes."""
    return _TIMESTAMP.match(text) is not None


def resolve_plain(text: str) -> ScalarValue:
    """The value of an unquoted scalar without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START or len(text) > _LONGEST_NUMBER:
        return text
    if _DECIMAL.match(text):
        return _whole(int(text), text)
    if is_timestamp(text):
        return text
    digits = text.replace("_", "")
    if _DECIMAL.match(digits):
        return _whole(int(digits), text)
    if match := _PREFIXED.match(digits):
        sign, binary, octal, hexadecimal = match.groups()
        base, found = (2, binary) if binary else (8, octal) if octal else (16, hexadecimal)
        number = int(sign + found, base)
        return number if -_INTEGERS < number < 2 * _INTEGERS else text
    return float(digits) if _FLOAT.match(digits) else text


def _whole(number: int, text: str) -> int | str:
    """A number that no float holds is text to go-yaml: its last try is `strconv.ParseFloat`, which fails."""
    return number if abs(number) <= _LARGEST_FLOAT else text


def resolve_tagged(text: str, tag: str) -> ScalarValue:
    """The value of a scalar with an explicit core tag; an unknown tag leaves the text as it is."""
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind in ("int", "float", "bool", "null", "timestamp"):
        value = resolve_plain(text) if text else None
        return float(value) if kind == "float" and type(value) is int else value
    return text
