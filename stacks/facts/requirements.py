"""NVIDIA_REQUIRE_*: what an image or a file demands of driver and GPU, as NVIDIA's container library reads it.

A space is OR, a comma is AND; `cuda`, `driver`, `arch` and `brand` are compared by `=`, `!=`, `<`, `<=`, `>`, `>=`.
Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html#constraints
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from stacks.patterns import lazy_pattern

_CONDITION = lazy_pattern(r"(?P<name>[a-z]+)(?P<sign>[<>!]=|[<>=])(?P<value>[^<>=!,\s]+)")
_SIGNS: Final[Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NAMES: Final = frozenset({"cuda", "driver", "arch", "brand"})


_TRUE: Final = ("1", "t", "T", "true", "TRUE", "True")
_FALSE: Final = ("0", "f", "F", "false", "FALSE", "False")


def skips_check(value: str | None) -> bool:
    """Whether NVIDIA_DISABLE_REQUIRE of this value switches the check off: as Go reads a boolean."""
    return value in _TRUE


def is_boolean(value: str) -> bool:
    """Whether Go reads the text as a boolean; the toolkit takes what it does not for false."""
    return value in _TRUE + _FALSE


class Outcome(NamedTuple):
    """`met` is None where it hangs on what is not known; `failing` is the first condition that does not hold."""

    met: bool | None
    failing: str


def malformed(expression: str) -> str | None:
    """The first part that is no condition; None where all are."""
    for part in re.split(r"[\s,]+", expression.strip()):
        match = _CONDITION.fullmatch(part)
        if match is None or match["name"] not in _NAMES:
            return part
        if match["name"] != "brand" and _version(match["value"]) is None:
            return part
    return None


def evaluate(expression: str, known: Mapping[str, tuple[int, ...] | None]) -> Outcome:
    """Whether the host meets an expression; `known` gives versions by name, None or nothing where not known."""
    alternatives = [_all_of(part, known) for part in expression.split()]
    if not alternatives or any(each.met for each in alternatives):
        return Outcome(True, "")
    if any(each.met is None for each in alternatives):
        return Outcome(None, "")
    return alternatives[0]


def _all_of(part: str, known: Mapping[str, tuple[int, ...] | None]) -> Outcome:
    unsure = False
    for condition in part.split(","):
        match = _CONDITION.fullmatch(condition)
        found = known.get(match["name"]) if match is not None else None
        wanted = _version(match["value"]) if match is not None else None
        if match is None or found is None or wanted is None:
            unsure = True
        elif not _SIGNS[match["sign"]](*_even(found, wanted)):
            return Outcome(False, condition)
    return Outcome(None if unsure else True, "")


def _even(found: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    length = max(len(found), len(wanted))
    return found + (0,) * (length - len(found)), wanted + (0,) * (length - len(wanted))


def _version(text: str) -> tuple[int, ...] | None:
    parts = text.split(".")
    return tuple(int(part[:9]) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else None
