"""Byte sizes as Docker Compose reads them: `4g`, `512 MiB`, `1.5GB`, always in powers of 1024.

The rules are those of `RAMInBytes` in github.com/docker/go-units 0.5, which Compose 2.40 uses for `mem_limit` and its
siblings, `shm_size` and the memory of `deploy.resources`.
"""

from __future__ import annotations

from stacks.compose.values import Invalid, parse_float, quote

UNLIMITED = -1
_LARGEST = 2**63 - 1
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_NUMBER_END = "0123456789. "


def parse_bytes(text: str, *, allow_unlimited: bool = False) -> int | Invalid:
    """The number of bytes in `text`: a decimal, at most one space, and a unit b, k, m, g, t or p.

    `k`, `kb` and `KiB` mean the same; a size without a unit counts bytes. With `allow_unlimited` (the bare number of
    `memswap_limit`) `-1` gives UNLIMITED; Compose refuses it as a string and everywhere else. Beyond 2^63 - 1, where
    Compose itself overflows into a negative number, the answer is Invalid.
    """
    if allow_unlimited and text == "-1":
        return UNLIMITED
    end = len(text)
    while end and text[end - 1] not in _NUMBER_END:
        end -= 1
    if not end:
        return Invalid(f"{quote(text)} is not a size: {_HOW}")
    number_text, unit = (text[: end - 1], text[end:]) if text[end - 1] == " " else (text[:end], text[end:])
    number = parse_float(number_text)
    if number is None:
        return Invalid(f"{quote(text)} is not a size: {_why_no_number(number_text)}")
    if number < 0:
        return Invalid(f"{quote(text)} is negative: a size starts at 0")
    power = _power(unit)
    if power is None:
        return Invalid(f"{quote(text)} has the unknown unit {quote(unit)}: {_HOW}")
    size = number * 1024**power
    return int(size) if size < _LARGEST else Invalid(f"{quote(text)} is more than 2^63 - 1 bytes")


_HOW = "write a number and one of b, k, m, g, t, p"


def _power(unit: str) -> int | None:
    """The exponent of 1024 that a unit stands for; None for an unknown unit."""
    lower = unit.lower()
    if lower in ("", "b"):
        return 0
    return _POWERS.get(lower[0]) if lower[1:] in ("", "b", "ib") else None


def _why_no_number(number_text: str) -> str:
    if "," in number_text:
        return "the decimal separator is a point"
    if number_text != number_text.strip() or " " in number_text:
        return "at most one space may stand between the number and its unit"
    return f"{quote(number_text)} is not a number"


def format_bytes(size: int) -> str:
    """A size for people, with at most two decimals: 17179869184 gives `16 GiB`, 1610612736 gives `1.5 GiB`."""
    sign, rest = ("-", -size) if size < 0 else ("", size)
    power = min(max(rest.bit_length() - 1, 0) // 10, len(_UNITS) - 1)
    if power < len(_UNITS) - 1 and round(rest / 1024**power, 2) >= 1024:
        power += 1
    amount = f"{rest / 1024**power:.2f}".rstrip("0").rstrip(".") if power else str(rest)
    return f"{sign}{amount} {_UNITS[power]}"
