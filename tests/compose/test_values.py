"""Numbers as Go reads them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.values import Invalid, parse_cpus, parse_float, quote
from tests.compose.conformance import accepted_by_compose, read_by_compose
from tests.oracle import ComposeOracle

ACCEPTED = ["1.5", ".5", "1e1", "0x1p1", "0x.8p2", "1_0", "+2", "5.", "-1", "100000", "0.25", "1E2", "0X1P-1", "007"]
REFUSED = ["", "x", "1/2", " 1", "1 ", "1,5", "1__0", "_1", "1_", "1._5", "0x10", "1e", "e1", ".", "--1", "٣", "1e999"]


def test_cpus_are_read_as_compose_reads_them(oracle: ComposeOracle) -> None:
    assert [parse_cpus(text) for text in ACCEPTED] == read_by_compose(oracle, "cpus", ACCEPTED)
    assert all(isinstance(parse_cpus(text), Invalid) for text in REFUSED)
    assert accepted_by_compose(oracle, "cpus", REFUSED) == []


@pytest.mark.parametrize("text", ["inf", "+Inf", "infinity", "nan", "0x1p99999", "1e400"])
def test_what_is_not_finite_is_no_number(text: str) -> None:
    assert parse_float(text) is None


def test_zero_cpus_is_a_number_though_falsy() -> None:
    assert parse_cpus("0") == 0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_that_python_prints_is_read_back(number: float) -> None:
    assert parse_float(repr(number)) == number


@given(st.text(st.sampled_from("0123456789+-._eExXpPaf "), max_size=12))
def test_it_never_raises_and_never_gives_an_infinite_number(text: str) -> None:
    number = parse_float(text)
    assert number is None or math.isfinite(number)


def test_a_long_text_is_cut_in_a_message() -> None:
    assert quote("x") == "`x`"
    assert len(quote("x" * 1000)) < 70
