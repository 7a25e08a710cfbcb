"""Durations, against the real Compose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.durations import format_duration, parse_duration
from stacks.compose.values import Invalid
from tests.compose.conformance import accepted_by_compose, read_by_compose
from tests.oracle import ComposeOracle

ACCEPTED = """1m30s|90s|1h|0|1d|1w|1w2d3h4m5s6ms7us8ns|5µs|5μs|-5s|+5s|1.5h|.5s|5.s|1s1s
|9223372036854775807ns|300000h|1.0000000001s|1ms|0s|100us|0.5ns|2540400h10m10s|15250w|-0
|+0|1.123456789012345678901234567890h|0.1s|0.7m|1500ms|999ns|1.001us|90m|3661s|0.1w|36h""".replace("\n", "").split("|")
REFUSED = """|10|.s|1h 30m| 1s|1S|1M|s|9223372036854775808ns|2562048h|1y|1m30|1h-5m|-|--1s
|1_0s|1e3s|1s |99999999999999999999s|+|1.s.|s1|infs|1..5s|16000w""".replace("\n", "").split("|")


def test_accepted_durations_are_printed_as_compose_prints_them(oracle: ComposeOracle) -> None:
    read = {text: parse_duration(text) for text in ACCEPTED}
    ours = {text: format_duration(found) for text, found in read.items() if isinstance(found, int)}
    theirs = read_by_compose(oracle, "stop_grace_period", ACCEPTED)
    assert ours == dict(zip(ACCEPTED, theirs, strict=True))


def test_refused_durations_are_refused_by_both(oracle: ComposeOracle) -> None:
    assert [text for text in REFUSED if not isinstance(parse_duration(text), Invalid)] == []
    assert accepted_by_compose(oracle, "stop_grace_period", REFUSED) == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "write a number and a unit"),
        ("10", "lacks a unit"),
        ("5 min", "unknown unit ` min`"),
        ("ms", "number is missing"),
    ],
)
def test_a_refusal_says_why(text: str, hint: str) -> None:
    answer = parse_duration(text)
    assert isinstance(answer, Invalid) and hint in answer.reason


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_what_is_printed_is_read_back(nanoseconds: int) -> None:
    back = parse_duration(format_duration(nanoseconds))
    assert isinstance(back, int)
    # A fraction of a second goes through a float, in Go and here.
    assert abs(back - nanoseconds) <= 1


@given(st.text(st.sampled_from("0123456789.+-nuµmshdw "), max_size=12) | st.text(max_size=6))
def test_it_never_raises_and_stays_in_range(text: str) -> None:
    answer = parse_duration(text)
    assert isinstance(answer, Invalid) or abs(answer) < 2**63


def test_a_hostile_length_ends_at_once() -> None:
    assert isinstance(parse_duration("9" * 1_000_000 + "s"), Invalid)
    assert parse_duration("0." + "3" * 1_000_000 + "s") == 333_333_333
