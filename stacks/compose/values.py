"""What the readers of single values share: a refusal with its reason, and numbers as Go reads them."""

from math import isinf
from typing import NamedTuple

from stacks.patterns import lazy_pattern


class Invalid(NamedTuple):
    """A text that Docker Compose would not accept where it stands.

    `reason` is one plain sentence that begins lower-case, has the offending text in backticks and ends without a stop.
    """

    reason: str


def quote(text: str) -> str:
    """`text` in backticks for a message, cut where it is long; words for the empty one."""
    if not text:
        return "an empty value"
    return f"`{text}`" if len(text) <= _LONGEST_QUOTE else f"`{text[:_LONGEST_QUOTE]}…`"


_LONGEST_QUOTE = 60


_DECIMAL = lazy_pattern(r"[+-]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?")
_HEXADECIMAL = lazy_pattern(r"[+-]?0[xX](?:[0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")


def parse_float(text: str) -> float | None:
    """The finite number that Go's `strconv.ParseFloat` reads, by which Compose reads sizes and CPUs; None for others.

    It takes `1e3`, `.5`, `5.`, `1_000` and `0x1p4`, and neither spaces nor digits outside ASCII. `inf` and `nan`, which
    Go reads too, are no amount of anything: they give None.
    """
    try:
        if _DECIMAL.fullmatch(text):
            number = float(text)
        elif _HEXADECIMAL.fullmatch(text):
            number = float.fromhex(text)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return None if isinf(number) else number


def parse_cpus(text: str) -> float | Invalid:
    """A number of CPUs, such as `cpus: "1.5"`; Compose takes any finite number, negative ones included."""
    number = parse_float(text)
    if number is None:
        return Invalid(f"{quote(text)} is not a number of CPUs: write a decimal such as `1.5`")
    return number
