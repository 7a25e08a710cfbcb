"""Variables in a Compose file: `$V`, `${V}`, `${V:-default}` and its siblings, `$$` for a dollar sign.

The grammar is that of the template package of github.com/compose-spec/compose-go 2.9, with its quirks: a `${…}` ends
on its line; braces inside a default are balanced, but the character after an opening brace is never looked at; a
default is evaluated, with its errors, even where it is not used; `$` before anything but a name, a brace or another
`$` stands for itself.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from stacks.patterns import lazy_pattern

# Bounds that no honest file meets, so that a hostile one ends at once. Compose has none.
MAX_DEPTH = 64
MAX_LENGTH = 4 * 1024 * 1024
MAX_ERRORS = 100

_DOLLAR = lazy_pattern(r"\$(?:(?P<escaped>\$)|(?P<named>[_A-Za-z][_A-Za-z0-9]*)|(?P<brace>\{))")
_HEAD = lazy_pattern(r"(?P<name>[_A-Za-z][_A-Za-z0-9]*)(?:(?P<end>\})|(?P<operator>:?[-?+]))?")
_BRACES = lazy_pattern(r"\{[{}]?|\}")
_SHOWN = 60

Lookup = Callable[[str], "str | None"]


class ErrorKind(StrEnum):
    INVALID_FORMAT = "invalid-format"
    REQUIRED_MISSING = "required-missing"
    TOO_LONG = "too-long"


class VariableReference(NamedTuple):
    """One use of a variable, nested ones included. `start` and `end` are offsets within the text that was read.

    `operator` is empty or one of `:-` `-` `:?` `?` `:+` `+`; `default` is the raw text after it (for `?` the message,
    for `+` the replacement), None without an operator; `used_default` says that a default or a replacement was taken.
    `unset` says that the variable has no value at all.
    """

    name: str
    start: int
    end: int
    operator: str
    default: str | None
    used_default: bool
    unset: bool

    @property
    def required(self) -> bool:
        return self.operator in (":?", "?")

    @property
    def blank(self) -> bool:
        """Whether Compose warns that the variable is not set and takes a blank string for it."""
        return self.unset and not self.operator


class InterpolationError(NamedTuple):
    """Why Compose refuses the text. `start` and `end` are offsets within it; `variable` is the missing one, if any."""

    start: int
    end: int
    message: str
    kind: ErrorKind
    variable: str | None = None


class Interpolated(NamedTuple):
    """A text with its variables replaced. Where there are errors, the places they are at count as empty."""

    value: str
    references: tuple[VariableReference, ...] = ()
    errors: tuple[InterpolationError, ...] = ()


def interpolate(text: str, lookup: Lookup | Mapping[str, str]) -> Interpolated:
    """Replace the variables of `text` by what `lookup` has for them, where None (or a missing key) means unset.

    Never raises of itself. Every error is reported, while Compose stops at the first.
    """
    if "$" not in text:
        return Interpolated(text)
    scanner = _Scanner(text, lookup if callable(lookup) else lookup.get)
    value = scanner.expand(0, len(text), 0)
    return Interpolated(value, tuple(scanner.references), tuple(scanner.errors))


def find_variables(text: str) -> tuple[VariableReference, ...]:
    """The variables of `text` in order, nested ones after the one that holds them, as if none had a value."""
    return interpolate(text, _no_value).references


def _no_value(name: str) -> str | None:
    return None


class _Scanner:
    """One reading of a text; `expand` is called again, on a part of it, for each default."""

    def __init__(self, text: str, lookup: Lookup) -> None:
        self.text = text
        self.lookup = lookup
        self.references: list[VariableReference] = []
        self.errors: list[InterpolationError] = []
        self.room = MAX_LENGTH
        self._closing: dict[int, int] | None = None
        self._newline = -1
        self._bound = -1
        self._last_brace = -1

    def expand(self, start: int, end: int, depth: int) -> str:
        """The value of text[start:end]."""
        pieces: list[str] = []
        position = start
        while self.room > 0:
            found = _DOLLAR.search(self.text, position, end)
            if found is None:
                break
            pieces.append(self.text[position : found.start()])
            position = found.end()
            if found["escaped"]:
                pieces.append("$")
            elif found["named"]:
                pieces.append(self._plain(found["named"], found.start(), found.end()))
            else:
                piece, position = self._braced(found.start(), end, depth)
                pieces.append(piece)
        pieces.append(self.text[position:end])
        return "".join(pieces)

    def _plain(self, name: str, start: int, end: int) -> str:
        value = self.lookup(name)
        self.references.append(VariableReference(name, start, end, "", None, used_default=False, unset=value is None))
        return self._spend(value or "", start, end)

    def _braced(self, start: int, end: int, depth: int) -> tuple[str, int]:
        """The value of the `${` at `start`, and where reading goes on."""
        head = _HEAD.match(self.text, start + 2, end)
        if head is not None and head["end"]:
            return self._plain(head["name"], start, head.end()), head.end()
        close = self._close(start, head.end(), end) if head is not None and head["operator"] else None
        if head is None or close is None:
            return "", self._invalid(start, end)
        if depth >= MAX_DEPTH:
            message = f"variables are nested more than {MAX_DEPTH} levels deep"
            self._report(start, close + 1, message, ErrorKind.INVALID_FORMAT)
            return "", close + 1
        return self._operation(start, head, close, depth), close + 1

    def _operation(self, start: int, head: re.Match[str], close: int, depth: int) -> str:
        name, operator = head["name"], head["operator"]
        value = self.lookup(name)
        absent = value is None or (not value and operator[0] == ":")
        uses = absent if operator[-1] == "-" else not absent if operator[-1] == "+" else False
        default = self.text[head.end() : close]
        self.references.append(VariableReference(name, start, close + 1, operator, default, uses, unset=value is None))
        expanded = self.expand(head.end(), close, depth + 1) if "$" in default else default
        if operator[-1] == "?" and absent:
            message = f"required variable {name} is missing a value" + (f": {expanded}" if expanded else "")
            self._report(start, close + 1, message, ErrorKind.REQUIRED_MISSING, name)
            return ""
        return self._spend(expanded if uses else value or "", start, close + 1)

    def _close(self, start: int, after: int, end: int) -> int | None:
        """Where the `${` at `start` is closed: by its own brace, else by the last one of its line, else nowhere."""
        last = self._last_brace_of_line(after, end)
        if last < after:
            return None
        if self._closing is None:
            self._closing = _matching_braces(self.text)
        own = self._closing.get(start + 1, last)
        return min(own, last)

    def _last_brace_of_line(self, after: int, end: int) -> int:
        """The last closing brace between `after` and the end of its line, remembered from call to call; -1 for none."""
        if self._newline < after:
            newline = self.text.find("\n", after)
            self._newline = newline if newline >= 0 else len(self.text)
        bound = min(self._newline, end)
        if bound != self._bound:
            self._bound, self._last_brace = bound, self.text.rfind("}", after, bound)
        return self._last_brace

    def _invalid(self, start: int, end: int) -> int:
        """Report the `${` at `start`; its range ends with its closing brace, if the line has one."""
        rest_of_line = self.text[start : min(end, start + _SHOWN)].partition("\n")[0]
        stop = start + (rest_of_line.find("}") + 1 or len("${"))
        message = f"`{self.text[start:stop]}` is not a variable: write `${{NAME}}`, or `$$` for a dollar sign"
        self._report(start, stop, message, ErrorKind.INVALID_FORMAT)
        return start + len("${")

    def _report(self, start: int, end: int, message: str, kind: ErrorKind, variable: str | None = None) -> None:
        self.errors.append(InterpolationError(start, end, message, kind, variable))
        if len(self.errors) >= MAX_ERRORS:
            self.room = 0

    def _spend(self, value: str, start: int, end: int) -> str:
        if len(value) > self.room:
            message = f"the text grows beyond {MAX_LENGTH} characters once its variables are replaced"
            self._report(start, end, message, ErrorKind.TOO_LONG)
            self.room = 0
            return ""
        self.room -= len(value)
        return value


def _matching_braces(text: str) -> dict[int, int]:
    """The place of the closing brace of each opening one; as in Compose, what follows an opening is skipped."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    for found in _BRACES.finditer(text):
        if found[0][0] == "{":
            opened.append(found.start())
        elif opened:
            closing[opened.pop()] = found.start()
    return closing
