"""Data to YAML text that every reader takes for the same data, YAML 1.1 readers included.

A string that YAML 1.1 or 1.2 would take for something else gets double quotes: `"0"`, `"1:0"`, `"on"`, `"22:22"`.
"""

import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Final, TypeAlias, Union

from stacks.compose.layout import DEFAULT_INDENTATION, Indentation
from stacks.compose.scalars import ScalarValue, is_timestamp, resolve_plain
from stacks.compose.source import EditError
from stacks.compose.yaml import MAX_DEPTH
from stacks.patterns import lazy_pattern


@dataclass(frozen=True, slots=True)
class Written:
    """A scalar or alias copied from a text: `text` is emitted as it is where it stands alone on its line.

    `value` is its data; `safe_in_flow` says whether the text may stand between brackets.
    """

    text: str
    value: ScalarValue
    safe_in_flow: bool = True


class MergeKey(str):
    """The key `<<` of a merge, which is never quoted."""

    __slots__ = ()


MERGE: Final = MergeKey("<<")

Emittable: TypeAlias = Union[ScalarValue, Written, list["Emittable"], dict[str, "Emittable"]]  # noqa: UP007 (recursive)

FLOW_LISTS: Final = frozenset({"capabilities", "command", "device_ids", "entrypoint", "test"})
QUOTED_LISTS: Final = {"device_ids": '"'}  # names, never numbers: people quote them all
MAX_FLOW_WIDTH: Final = 100
_MAX_KEY = 120  # libyaml looks for the colon of a key for 1,024 characters; nobody writes keys this long

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_UNPRINTABLE = lazy_pattern("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]")
_OTHER_TYPE = lazy_pattern(
    r"(?:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?\.?[0-9][-+.,0-9_:]*|[-+]?0[xob][0-9a-f_]*|[-+]?\.(?:inf|nan))\Z",
    re.IGNORECASE,
)
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x1b": "\\e"}


def checked(value: object, depth: int = 0) -> Emittable:
    """The value as data that can be emitted. Raises EditError for anything that is not plain data."""
    if depth > MAX_DEPTH:
        raise EditError(f"the value is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, Written) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise EditError("the text holds half of a character (a lone surrogate), which no file can hold")
        return value if isinstance(value, MergeKey) else str(value)
    if isinstance(value, int):
        if abs(value) >= 10**300:
            raise EditError("the number is too large")
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, list | tuple):
        return [checked(item, depth + 1) for item in value]
    if isinstance(value, AnyMapping):
        for key in value:
            if not isinstance(key, str):
                raise EditError(f"the key `{key}` is not text")
            checked(key)
        return {key: checked(item, depth + 1) for key, item in value.items()}
    raise EditError(f"a value of type {type(value).__name__} cannot be written to YAML")


def is_plain_safe(text: str, *, flow: bool) -> bool:
    """Whether a string means itself without quotes, to YAML 1.1 and 1.2 readers alike."""
    if not text or text != text.strip() or _UNPRINTABLE.search(text) or text.startswith(("---", "...")):
        return False
    if text[0] in _INDICATORS and not (text[0] == "-" and len(text) > 1 and (text[1].isalnum() or text[1] == "-")):
        return False
    if ": " in text or " #" in text or text.endswith(":") or _OTHER_TYPE.match(text) or is_timestamp(text):
        return False
    if flow and any(character in ",[]{}:?" for character in text):
        return False
    return isinstance(resolve_plain(text), str)


def double_quoted(text: str) -> str:
    escaped = re.sub(r'[\\"]', lambda match: _ESCAPES[match.group()], text)
    return f'"{_UNPRINTABLE.sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    short = _ESCAPES.get(character)
    if short:
        return short
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def single_quoted(text: str) -> str | None:
    """The text in single quotes; None where these cannot hold it."""
    return None if _UNPRINTABLE.search(text) else "'" + text.replace("'", "''") + "'"


def scalar_text(value: ScalarValue | Written, *, flow: bool = False, quote: str | None = None) -> str:
    """One scalar on one line. `quote` asks for that quote around strings, as the text around it has."""
    if isinstance(value, Written):
        if value.safe_in_flow or not flow:
            return value.text
        value = value.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, int):
        return str(value)
    if quote == "'" and (single := single_quoted(value)) is not None:
        return single
    if quote != '"' and is_plain_safe(value, flow=flow):
        return value
    return double_quoted(value)


def _float_text(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)


def key_text(name: str, *, flow: bool = False, quote: str | None = None) -> str:
    if isinstance(name, MergeKey):
        return "<<"
    text = scalar_text(name, flow=flow, quote=quote)
    if len(text) > _MAX_KEY * 8:
        raise EditError("the key is too long")
    return text


def flow_text(value: Emittable, quote: str | None = None) -> str:
    """A value on one line, as it may stand in a flow collection."""
    if isinstance(value, dict):
        inside = ", ".join(f"{key_text(key, flow=True)}: {flow_text(item, quote)}" for key, item in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow_text(item, quote) for item in value)}]"
    return scalar_text(value, flow=True, quote=quote)


@dataclass(frozen=True, slots=True)
class Style:
    """How values are written at a place; `literals` allows block scalars for strings of several lines."""

    indentation: Indentation = DEFAULT_INDENTATION
    literals: bool = True
    quote: str | None = None


def attached(value: Emittable, column: int, style: Style, *, key: str | None = None) -> tuple[str, list[str]]:
    """A value behind its key (or dash, `key` None) at `column`: what follows on that line, and the lines below."""
    if isinstance(value, dict) and value:
        if key is None:
            lines = mapping_lines(value, column + 2, style)
            return lines[0].strip(" "), lines[1:]
        return "", mapping_lines(value, column + style.indentation.mapping, style)
    if isinstance(value, list) and value:
        if key in FLOW_LISTS and all(not isinstance(item, dict | list) for item in value):
            flow = flow_text(value, style.quote or QUOTED_LISTS.get(key or ""))
            if len(flow) <= MAX_FLOW_WIDTH:
                return flow, []
        if key is None:
            lines = sequence_lines(value, column + 2, style)
            return lines[0].strip(" "), lines[1:]
        return "", sequence_lines(value, column + style.indentation.sequence, style)
    if isinstance(value, dict | list):
        return flow_text(value), []
    if style.literals and isinstance(value, str) and _fits_literal(value):
        return _literal(value, column + (2 if key is None else style.indentation.mapping))
    return scalar_text(value, quote=style.quote), []


def mapping_lines(value: dict[str, Emittable], column: int, style: Style) -> list[str]:
    """A mapping that is not empty as block lines at `column`."""
    lines: list[str] = []
    for key, item in value.items():
        inline, below = attached(item, column, style, key=key)
        lines.append(f"{' ' * column}{key_text(key)}:{' ' if inline else ''}{inline}")
        lines.extend(below)
    return lines


def sequence_lines(value: list[Emittable], column: int, style: Style) -> list[str]:
    """A list that is not empty as block lines, their dashes at `column`."""
    lines: list[str] = []
    for item in value:
        inline, below = attached(item, column, style)
        lines.append(f"{' ' * column}- {inline}")
        lines.extend(below)
    return lines


def _fits_literal(text: str) -> bool:
    lines = text.split("\n")
    if len(lines) < 2 or not lines[0].strip() or lines[0][0] in " \t":
        return False
    return not any(_UNPRINTABLE.search(line) or (line and not line.strip()) for line in lines)


def _literal(text: str, column: int) -> tuple[str, list[str]]:
    body = text.rstrip("\n")
    breaks = len(text) - len(body)
    indicator = "-" if breaks == 0 else "" if breaks == 1 else "+"
    lines = [" " * column + line if line else "" for line in body.split("\n")]
    return f"|{indicator}", lines + [""] * (breaks - 1)
