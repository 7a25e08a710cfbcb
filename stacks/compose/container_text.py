"""The text that a container gets of a YAML value.

Compose reads `8.0` as a number and prints it the way Go does: `8`. Source: `fmt.Sprint` in compose-go 2.9.1, measured
with Docker Compose 2.40.
"""

from __future__ import annotations

from math import isinf, isnan

from stacks.compose.nodes import Scalar

_LARGEST_SIGNED = 1 << 63
_EXPONENT_FROM = 6


def container_text(node: Scalar) -> str | None:
    """The text of a variable's value in the container; None for null, which Compose takes from its environment."""
    value = node.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -_LARGEST_SIGNED <= value < 2 * _LARGEST_SIGNED:
        return str(value)
    return _float_text(float(value))


def _float_text(value: float) -> str:
    """As Go's `%v`: the fewest digits that give the same number, with an exponent below -4 and from 6 on."""
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    from decimal import Decimal  # here, since few files have such a number

    sign, digits, _ = Decimal(repr(value)).normalize().as_tuple()
    exponent = Decimal(repr(value)).adjusted() if value else 0
    minus = "-" if sign else ""
    if -4 <= exponent < _EXPONENT_FROM:
        plain = f"{abs(Decimal(repr(value))):f}"
        return minus + (plain.rstrip("0").rstrip(".") if "." in plain else plain)
    first, *rest = map(str, digits)
    fraction = f".{''.join(rest)}" if rest else ""
    return f"{minus}{first}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
