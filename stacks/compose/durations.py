"""Durations as Docker Compose reads and prints them: `1m30s`, `90s`, `1.5h`, `2d`.

The rules are those of github.com/xhit/go-str2duration 2, which Compose 2.40 uses: Go's durations and the units d and w.
"""

from __future__ import annotations

import re

from stacks.compose.values import Invalid, quote
from stacks.patterns import lazy_pattern

_SECOND = 1_000_000_000
_LARGEST = 2**63 - 1
_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # micro sign
    "\u03bcs": 1_000,  # Greek mu
    "ms": 1_000_000,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3_600 * _SECOND,
    "d": 86_400 * _SECOND,
    "w": 604_800 * _SECOND,
}
_PART = lazy_pattern(r"(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?P<unit>[^0-9.]*)")
_DIGITS_KEPT = 18  # of a fraction: more than a nanosecond of a week


def parse_duration(text: str) -> int | Invalid:
    """The duration in nanoseconds: decimals, each with a unit, after an optional sign; `0` alone needs no unit."""
    negative = text.startswith("-")
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    if not body:
        return Invalid(f"{quote(text)} is not a duration: write a number and a unit, such as `30s`")
    total = 0
    position = 0
    while position < len(body):
        part = _PART.match(body, position)
        assert part is not None  # every group may be empty
        amount = _nanoseconds(text, part)
        if isinstance(amount, Invalid):
            return amount
        total += amount
        position = part.end()
    if total > _LARGEST:
        return Invalid(f"{quote(text)} is longer than 292 years, the longest duration there is")
    return -total if negative else total


def _nanoseconds(text: str, part: re.Match[str]) -> int | Invalid:
    whole, fraction, unit = part["whole"], (part["fraction"] or "")[:_DIGITS_KEPT], part["unit"]
    if not whole and not fraction:
        return Invalid(f"{quote(text)} is not a duration: a number is missing, write one such as `30s` or `1m30s`")
    if not unit:
        return Invalid(f"{quote(text)} lacks a unit: write ns, us, ms, s, m, h, d or w after each number")
    if unit not in _NANOSECONDS:
        return Invalid(f"{quote(text)} has the unknown unit {quote(unit)}: the units are ns, us, ms, s, m, h, d and w")
    if len(whole.lstrip("0")) > 19:
        return Invalid(f"{quote(text)} is longer than 292 years, the longest duration there is")
    scale = _NANOSECONDS[unit]
    # Go multiplies the fraction as a float: so do we, to the nanosecond.
    return int(whole or "0") * scale + int(int(fraction or "0") * (scale / 10 ** len(fraction)))


def format_duration(nanoseconds: int) -> str:
    """A duration as Go prints it and `docker compose config` shows it: `1m30s`, `2h0m0s`, `1.5s`, `250ms`, `0s`."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest == 0:
        return "0s"
    if rest < _SECOND:
        unit = "ns" if rest < 1_000 else "\u00b5s" if rest < 1_000_000 else "ms"
        return f"{sign}{_decimal(rest, _NANOSECONDS[unit])}{unit}"
    minutes, rest = divmod(rest, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_decimal(rest, _SECOND)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}"
    return f"{sign}{minutes}m{seconds}" if minutes else f"{sign}{seconds}"


def _decimal(amount: int, scale: int) -> str:
    whole, rest = divmod(amount, scale)
    digits = str(rest).zfill(len(str(scale)) - 1).rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
