"""`.env` files and the files of `env_file`, as Docker Compose reads them.

The grammar is that of the dotenv package of github.com/compose-spec/compose-go 2.9, with its quirks: `KEY: value` works
too; a comment after an unquoted value needs a space before its `#`; a quoted value may span lines, and what follows its
closing quote is read as the next statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from stacks.compose.interpolation import MAX_LENGTH, Interpolated, Lookup, interpolate
from stacks.patterns import lazy_pattern

_BYTE_ORDER_MARK = "\ufeff"
_BLANKS = "\t\v\f\r \u0085\u00a0"
_EXPORT = lazy_pattern(r"export[\t\n\f\r ]")
_KEY = lazy_pattern(rf"(?P<key>[\w.\-\[\]{_BLANKS}]*)(?P<stop>[=:\n]?)")
_GAP = lazy_pattern(r"(?:\s+|#[^\n]*)*")
_QUOTED = {
    '"': lazy_pattern(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL),
    "'": lazy_pattern(r"'([^'\\]*(?:\\.[^'\\]*)*)'", re.DOTALL),
}
_ESCAPE = lazy_pattern(r'\\(?:[abcfnrtv$"\\]|0[0-9]{0,3})')
_OCTAL = lazy_pattern(r"\\[0-3][0-7]{2}")
_ESCAPED = {
    "\\a": "\a",
    "\\b": "\b",
    "\\f": "\f",
    "\\n": "\n",
    "\\r": "\r",
    "\\t": "\t",
    "\\v": "\v",
    "\\\\": "\\",
    '\\"': '"',
    "\\$": "$$",  # a dollar sign that the interpolation afterwards leaves alone
}


@dataclass(frozen=True, slots=True)
class DotEnvEntry:
    """One variable. Offsets count characters of the text; the value's include its quotes; `line` counts from 1.

    `value` is None for a key alone (`inherited`) that the environment does not have.
    """

    key: str
    value: str | None
    line: int
    key_start: int
    key_end: int
    value_start: int
    value_end: int
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class DotEnvProblem:
    """Why Compose refuses the file. `line` counts from 1; the offsets count characters of the text."""

    line: int
    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class DotEnv:
    """What a text states: its entries in order, the values that hold (of duplicate keys the last), and its problems."""

    entries: tuple[DotEnvEntry, ...]
    values: dict[str, str]
    problems: tuple[DotEnvProblem, ...]


def parse_dotenv(text: str, environment: Lookup | None = None) -> DotEnv:
    """Read a whole text; a faulty statement is reported and left out, and reading goes on with the next line.

    `environment` gives the values of keys without `=`, and goes before earlier entries in `$VARIABLE`s.
    """
    reader = _Reader(text, environment or _nothing)
    reader.read()
    return DotEnv(tuple(reader.entries), reader.values, tuple(reader.problems))


def _nothing(name: str) -> str | None:
    return None


@dataclass(slots=True)
class _Reader:
    text: str
    environment: Lookup
    entries: list[DotEnvEntry] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    problems: list[DotEnvProblem] = field(default_factory=list)
    room: int = MAX_LENGTH
    _line: int = 1
    _counted: int = 0

    def read(self) -> None:
        position = 1 if self.text.startswith(_BYTE_ORDER_MARK) else 0
        while (position := self._skip_gap(position)) < len(self.text) and self.room > 0:
            position = self._statement(position)

    def _skip_gap(self, position: int) -> int:
        gap = _GAP.match(self.text, position)
        return gap.end() if gap else position

    def _statement(self, start: int) -> int:
        """Read the statement at `start` and return where the next may begin."""
        if _EXPORT.match(self.text, start):
            start = self._skip_blanks(start + len("export"))
        found = _KEY.match(self.text, start)
        assert found is not None  # both groups may be empty
        key, stop, end = found["key"].rstrip(), found["stop"], found.end("key")
        if not stop and end < len(self.text):
            return self._refuse(start, end, f"unexpected character `{self.text[end]}` in a variable's name")
        if " " in key:
            return self._refuse(start, start + len(key), f"the name `{key[:60]}` has a space in it")
        if not stop or stop == "\n":
            self._inherit(key, start, found_line_end=stop == "\n")
            return found.end()
        return self._value(key, start, self._skip_blanks(found.end()))

    def _skip_blanks(self, position: int) -> int:
        while position < len(self.text) and self.text[position] in _BLANKS:
            position += 1
        return position

    def _inherit(self, key: str, start: int, *, found_line_end: bool) -> None:
        """A key alone takes its value from the environment, though not, in Compose, in a last line that has no end."""
        if not key:
            return
        value = self.environment(key) if found_line_end else None
        end = start + len(key)
        self._add(DotEnvEntry(key, value, self._line_of(start), start, end, end, end, inherited=True))

    def _value(self, key: str, key_start: int, start: int) -> int:
        quote = self.text[start : start + 1]
        quoted = _QUOTED[quote].match(self.text, start) if quote in _QUOTED else None
        if quote in _QUOTED and quoted is None:
            return self._refuse(start, self._line_end(start), f"the quoted value of `{key[:60]}` has no closing quote")
        end = next_start = quoted.end() if quoted else self._line_end(start)
        raw = quoted[1].replace("\\" + quote, quote) if quoted else self.text[start:end].partition(" #")[0].rstrip()
        if not quoted:
            end = start + len(raw)
        if quote == '"':
            raw = _ESCAPE.sub(_unescape, raw)
        value = raw if quote == "'" else self._expand(raw, start, end)
        if value is not None and key:
            line = self._line_of(key_start)
            self._add(DotEnvEntry(key, value, line, key_start, key_start + len(key), start, end))
        return next_start

    def _expand(self, raw: str, start: int, end: int) -> str | None:
        result: Interpolated = interpolate(raw, self._lookup)
        self.room -= len(result.value)
        if self.room <= 0:
            self._refuse(start, end, f"the values grow beyond {MAX_LENGTH} characters once variables are replaced")
            return None
        for error in result.errors:
            self._refuse(start, end, error.message)
        return None if result.errors else result.value

    def _lookup(self, name: str) -> str | None:
        value = self.environment(name)
        return self.values.get(name) if value is None else value

    def _add(self, entry: DotEnvEntry) -> None:
        self.entries.append(entry)
        if entry.value is not None:
            self.values[entry.key] = entry.value

    def _refuse(self, start: int, end: int, message: str) -> int:
        self.problems.append(DotEnvProblem(self._line_of(start), start, end, message))
        return self._line_end(start)

    def _line_end(self, position: int) -> int:
        end = self.text.find("\n", position)
        return end if end >= 0 else len(self.text)

    def _line_of(self, position: int) -> int:
        """The line of a place that lies behind all those asked before."""
        self._line += self.text.count("\n", self._counted, position)
        self._counted = max(position, self._counted)
        return self._line


def _unescape(found: re.Match[str]) -> str:
    text = found[0]
    if text[1] != "0":
        return _ESCAPED.get(text, text)
    octal = "\\" + text[2:]
    return chr(int(octal[1:], 8)) if _OCTAL.fullmatch(octal) else octal
