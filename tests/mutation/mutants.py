"""Mutants of a module: its source with one small change each, by the operators of cosmic-ray."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import Visitor, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

# Those whose mutants behave otherwise: `==` to `is`, or `+` to `<<`, give the same result or none.
_COMPARISONS = (
    "Eq_NotEq",
    "NotEq_Eq",
    "Lt_LtE",
    "LtE_Lt",
    "Gt_GtE",
    "GtE_Gt",
    "Lt_Gt",
    "Gt_Lt",
    "Is_IsNot",
    "IsNot_Is",
)
_OPERATORS = (
    *(f"core/ReplaceComparisonOperator_{name}" for name in _COMPARISONS),
    *(f"core/ReplaceBinaryOperator_{name}" for name in ("Add_Sub", "Sub_Add", "Mul_FloorDiv", "FloorDiv_Mul")),
    *("core/AddNot", "core/ReplaceUnaryOperator_Delete_Not", "core/ReplaceAndWithOr", "core/ReplaceOrWithAnd"),
    *("core/ReplaceTrueWithFalse", "core/ReplaceFalseWithTrue", "core/NumberReplacer", "core/ZeroIterationForLoop"),
    *("core/ReplaceBreakWithContinue", "core/ReplaceContinueWithBreak"),
)


class Mutant(NamedTuple):
    """The change number `occurrence` that an operator can make to a file."""

    path: Path
    operator: str
    occurrence: int

    @property
    def source(self) -> str | None:
        """The changed source; None where it is none after all."""
        changed: str | None = mutate_code(
            self.path.read_text(encoding="utf-8"), _operator(self.operator), self.occurrence
        )
        return changed


class _Counter(Visitor):  # type: ignore[misc]
    """Counts the places where an operator can change something."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.places = 0

    def visit(self, node: object) -> object:
        self.places += sum(1 for _ in self.operator.mutation_positions(node))
        return node


def _operator(name: str) -> Operator:
    return get_operator(name)()


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, in an order that does not change."""
    tree = get_ast(path.read_text(encoding="utf-8"))
    for name in _OPERATORS:
        counter = _Counter(_operator(name))
        counter.walk(tree)
        yield from (Mutant(path, name, number) for number in range(counter.places))
