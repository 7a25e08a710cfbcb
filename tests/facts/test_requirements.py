"""NVIDIA_REQUIRE_*: OR by spaces, AND by commas, and what is not known."""

import pytest

from stacks.facts.requirements import evaluate, malformed

KNOWN = {"cuda": (12, 4), "driver": (550, 54, 15), "arch": None}


@pytest.mark.parametrize(
    ("expression", "met"),
    [
        ("cuda>=12.4", True),
        ("cuda>=12.4.0", True),
        ("cuda>12.4", False),
        ("cuda=12.4", True),
        ("cuda!=12.4", False),
        ("cuda<13 ", True),
        ("cuda<=12.3", False),
        ("cuda>=12.8 driver>=550,driver<551", True),
        ("cuda>=12.8 driver>=560", False),
        ("driver>=535,driver<536", False),
        ("cuda>=12.8 brand=tesla,driver>=550", None),
        ("cuda>=12.8 brand=tesla,driver>=560", False),
        ("arch>=9.0", None),
        ("arch>=9.0 cuda>=12", True),
        ("", True),
    ],
)
def test_outcome(expression: str, met: bool | None) -> None:
    assert evaluate(expression, KNOWN).met is met


def test_the_condition_that_fails_is_named() -> None:
    assert evaluate("driver>=535,driver<536", KNOWN).failing == "driver<536"


@pytest.mark.parametrize(
    "text", ["12.4", "cuda", "cuda=>12", "cuda>=x", "cuda >= 12", "memory>=24", "cuda>=12 or driver>5"]
)
def test_what_is_no_condition(text: str) -> None:
    assert malformed(text) is not None


@pytest.mark.parametrize("text", ["cuda>=12.4", "brand=geforcertx,driver>=470,driver<471 cuda!=11.1", " arch=8.6 "])
def test_conditions(text: str) -> None:
    assert malformed(text) is None
