"""Byte sizes, against the real Compose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.sizes import UNLIMITED, format_bytes, parse_bytes
from stacks.compose.values import Invalid
from tests.compose.conformance import accepted_by_compose, read_by_compose
from tests.oracle import ComposeOracle

ACCEPTED = """4g|4G|4gb|4GB|4gB|4GiB|4gib|4 gb|4 GiB|4096M|16|16b|16B|4k|4K|4kb|4kib|4KIB
|4m|4mb|4MiB|4t|4T|4tb|4tib|1p|1pb|1PiB|4.5g|.5g|5.g|1. g|0.3|32.3|1.0000001k|1e3|1e3k
|4e2g|1e-5g|0x10p0|1_000|1_000k|+5|+5g|1 |4 b|0|0g|0b|-0|00004m|1024k|65536m|100.25m|.25p
|8191p|3.999999999g""".replace("\n", "").split("|")
REFUSED = """|g|x|4  gb|4,5g|4gbs|4bk|4ki|4gi|4e|1eb|1zb|0x10|inf|nan|Inf m|-1|-2|-1g| 4g
|4g |1.5.5g|½g|4µ|٣g|3Ki b|5 5g|4\t b|1e400|4KIBx|four|4-g|1__0m|--5m|4gg|4 g b|4\u00a0g""".replace("\n", "").split("|")


def test_the_tables_are_as_large_as_they_should_be() -> None:
    assert len(ACCEPTED) + len(REFUSED) >= 80


def test_accepted_sizes_give_the_same_number_of_bytes(oracle: ComposeOracle) -> None:
    theirs = [int(size or 0) for size in read_by_compose(oracle, "mem_limit", ACCEPTED)]
    assert dict(zip(ACCEPTED, map(parse_bytes, ACCEPTED), strict=True)) == dict(zip(ACCEPTED, theirs, strict=True))


def test_refused_sizes_are_refused_by_both(oracle: ComposeOracle) -> None:
    refused = [text for text in REFUSED if text not in ("Inf m",)]
    assert [text for text in REFUSED if not isinstance(parse_bytes(text), Invalid)] == []
    assert accepted_by_compose(oracle, "mem_limit", refused) == []


@pytest.mark.parametrize("text", ["9999999p", "9223372036854775808", "1e300g", "Inf g"])
def test_what_overflows_in_compose_is_refused_here(text: str) -> None:
    """Compose turns these into a negative number of bytes, which no engine takes."""
    assert isinstance(parse_bytes(text), Invalid)


def test_only_the_swap_limit_may_be_unlimited() -> None:
    assert parse_bytes("-1", allow_unlimited=True) == UNLIMITED
    assert isinstance(parse_bytes("-1"), Invalid)
    assert isinstance(parse_bytes("-2", allow_unlimited=True), Invalid)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("4,5g", "the decimal separator is a point"),
        ("4  gb", "at most one space"),
        (" 4g", "at most one space"),
        ("4gbs", "unknown unit `gbs`"),
        ("-4g", "negative"),
        ("fourg", "write a number"),
        ("0x10", "`0x10` is not a number"),
    ],
)
def test_a_refusal_says_why(text: str, hint: str) -> None:
    answer = parse_bytes(text)
    assert isinstance(answer, Invalid) and hint in answer.reason and text in answer.reason


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        (16 * 2**30, "16 GiB"),
        (2**30 + 2**28, "1.25 GiB"),
        (25769803776, "24 GiB"),
        (2**20 - 1, "1 MiB"),
        (2**50, "1 PiB"),
        (2**62, "4096 PiB"),
        (-(2**30), "-1 GiB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert format_bytes(size) == text


@given(st.integers(0, 2**60))
def test_what_is_printed_is_read_back_within_half_a_percent(size: int) -> None:
    back = parse_bytes(format_bytes(size))
    assert isinstance(back, int)
    assert abs(back - size) <= max(size * 0.005, 0)


@given(st.text(st.sampled_from("0123456789.,-+ eEkKmMgGtTpPiIbBx_"), max_size=10) | st.text(max_size=6))
def test_it_never_raises_and_never_gives_a_negative_size(text: str) -> None:
    answer = parse_bytes(text)
    assert isinstance(answer, Invalid) or 0 <= answer < 2**63
