"""The short syntax of devices, against the real Compose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compose.device_paths import CdiName, DevicePath, parse_cdi_name, parse_device
from stacks.compose.values import Invalid
from tests.compose.conformance import accepted_by_compose, read_by_compose
from tests.oracle import ComposeOracle

ACCEPTED = """/dev/a|/dev/a:/dev/b|/dev/a:/dev/b:r|/dev/a:/dev/b:rwmx|/dev/a:rwm|/dev/a::r
|/dev/a:||nvidia.com/gpu=0|nvidia.com/gpu=all|nvidia.com/gpu=0:nvidia.com/gpu=0
|nvidia.com/gpu=0:/dev/x|nvidia.com/gpu|nvidia.com/gpu=0:1|:|:/dev/b|/dev/a:b:|/dev/dri
|/dev/kfd:/dev/kfd""".replace("\n", "").split("|")
REFUSED = ["a:b:c:d", ":::", "nvidia.com/gpu=0:1:nvidia.com/gpu=0:1"]


def test_accepted_devices_are_read_as_compose_reads_them(oracle: ComposeOracle) -> None:
    parts = ("source", "target", "permissions")
    theirs = [
        DevicePath(*(row.get(part, "") for part in parts))
        for (row,) in read_by_compose(oracle, "devices", ACCEPTED, in_list=True)
    ]
    assert [parse_device(text) for text in ACCEPTED] == theirs


def test_refused_devices_are_refused_by_both(oracle: ComposeOracle) -> None:
    assert all(isinstance(parse_device(text), Invalid) for text in REFUSED)
    assert accepted_by_compose(oracle, "devices", REFUSED, in_list=True) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nvidia.com/gpu=0", CdiName("nvidia.com", "gpu", "0")),
        ("nvidia.com/gpu=GPU-8d5f-1", CdiName("nvidia.com", "gpu", "GPU-8d5f-1")),
        ("nvidia.com/gpu=0:1", CdiName("nvidia.com", "gpu", "0:1")),
        ("amd.com/gpu=all", CdiName("amd.com", "gpu", "all")),
        ("v/c=d", CdiName("v", "c", "d")),
        ("/dev/nvidia0", None),
        ("nvidia.com/gpu", None),
        ("nvidia.com/gpu=", None),
        ("nvidia.com/=0", None),
        ("gpu=0", None),
        ("1vendor/gpu=0", None),
        ("nvidia.com./gpu=0", None),
        ("nvidia.com/gpu=-0", None),
        ("nvidia.com/gpu=0 ", None),
    ],
)
def test_cdi_names(text: str, name: CdiName | None) -> None:
    assert parse_cdi_name(text) == name


def test_only_a_name_on_both_sides_asks_for_a_cdi_device() -> None:
    both, one, cut = (
        parse_device("nvidia.com/gpu=0"),
        parse_device("nvidia.com/gpu=0:/dev/x"),
        parse_device("a.b/c=0:1"),
    )
    assert isinstance(both, DevicePath) and both.cdi_name == CdiName("nvidia.com", "gpu", "0")
    assert isinstance(one, DevicePath) and one.cdi_name is None
    assert isinstance(cut, DevicePath) and cut.cdi_name is None


@given(st.text(max_size=20))
def test_it_never_raises(text: str) -> None:
    answer = parse_device(text)
    assert isinstance(answer, Invalid) == (text.count(":") > 2)
