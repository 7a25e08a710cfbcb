"""Reads the TOML of the settings; every mistake in it is one clear line."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from gpustack.commands.files import UnusableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SEVERITIES: Final = ("error", "warning", "info")


def parse_settings(path: str, text: str, table: str | None) -> dict[str, Any] | None:
    """The settings as keyword arguments of Settings; of `[tool.TABLE]`, or of the whole file where that is None.

    None where there is no such table. Raises UnusableError.
    """
    try:
        data: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        raise UnusableError(f"{path}: this is not TOML: {reason[:1].lower()}{reason[1:]}") from error
    where = path
    if table is not None:
        where = f"{path}: [tool.{table}]"
        tool = data.get("tool")
        data = tool.get(table) if isinstance(tool, dict) else None
        if data is None:
            return None
        if not isinstance(data, dict):
            raise UnusableError(f"{where}: has to be a table")
    values = {}
    for key, value in data.items():
        reader = _READERS.get(key)
        if reader is None:
            raise UnusableError(f"{where}: there is no key `{key}`{_meant(key, _READERS)}")
        values[key.replace("-", "_")] = reader(value, f"{where}: `{key}`")
    return values


def known_codes(codes: Iterable[str], where: str) -> tuple[str, ...]:
    """Codes or beginnings of codes in capitals. Raises UnusableError for one that fits no rule."""
    from stacks.reports.selection import fits_a_rule
    from stacks.rules.registry import all_rules

    rules = all_rules()
    chosen = tuple(code.strip().upper() for code in codes)
    for code in chosen:
        if not code or not fits_a_rule(code, rules):
            meant = _meant(code, [each.code for each in rules])
            raise UnusableError(f"{where}: no rule's code begins with `{code}`{meant}")
    return chosen


def _meant(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _codes(value: object, where: str) -> tuple[str, ...]:
    return known_codes(_texts(value, where), where)


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UnusableError(f'{where} has to be a list of strings, such as ["COM080"]')
    return tuple(value)


def _severities(value: object, where: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for code, severity in _table(value, where).items():
        if severity not in _SEVERITIES:
            raise UnusableError(f"{where}: {code} has to be one of {', '.join(_SEVERITIES)}, not {severity!r}")
        pairs.append((known_codes([code], where)[0], str(severity)))
    return tuple(pairs)


def _ignores(value: object, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((pattern, _codes(codes, f"{where}: {pattern}")) for pattern, codes in _table(value, where).items())


def _table(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise UnusableError(f"{where} has to be a table")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise UnusableError(f"{where} has to be the path of a file")
    return value


def _truth(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise UnusableError(f"{where} has to be true or false")
    return value


_READERS: Final[dict[str, Callable[[object, str], Any]]] = {
    "select": _codes,
    "ignore": _codes,
    "severity": _severities,
    "host": _text,
    "strict": _truth,
    "exclude": _texts,
    "per-file-ignores": _ignores,
}
