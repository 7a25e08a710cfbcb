"""Text that Compose turns into numbers and truth values."""

from __future__ import annotations

import pytest

from stacks.compose.schema_casts import cast_data, to_boolean, to_integer, to_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("2", 2), ("-1", -1), ("+3", 3), ("007", 7), ("9223372036854775807", 2**63 - 1)],
        *[(text, None) for text in ("", " 1", "1.0", "1_0", "٣", "9223372036854775808", "9" * 50)],
    ],
)
def test_integers(text: str, value: int | None) -> None:
    assert to_integer(text) == value


@pytest.mark.parametrize(("text", "value"), [("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1,5", None), ("", None)])
def test_numbers(text: str, value: float | None) -> None:
    assert to_number(text) == value


@pytest.mark.parametrize("text", ["inf", "-Infinity", "NaN"])
def test_special_numbers_pass(text: str) -> None:
    assert to_number(text) is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("Yes", True), ("ON", True), ("y", True), ("n", False), ("off", False), ("1", None)],
)
def test_truth_values(text: str, value: bool | None) -> None:
    assert to_boolean(text) is value


def test_places_are_those_of_compose_and_the_data_is_left_alone() -> None:
    service = {
        "scale": "2",
        "hostname": "2",
        "ports": ["80", {"target": "80", "published": "80"}],
        "ulimits": {"nofile": "1", "nproc": {"soft": "1", "hard": 2}},
        "volumes": [{"read_only": "yes", "target": "yes"}],
    }
    data = {"services": {"a": service}, "networks": {"n": {"internal": "on"}}, "volumes": None}
    result, failed = cast_data(data)
    assert failed == ()
    assert result == {
        "services": {
            "a": {
                "scale": 2,
                "hostname": "2",
                "ports": ["80", {"target": 80, "published": "80"}],
                "ulimits": {"nofile": 1, "nproc": {"soft": 1, "hard": 2}},
                "volumes": [{"read_only": True, "target": "yes"}],
            }
        },
        "networks": {"n": {"internal": True}},
        "volumes": None,
    }
    assert service["scale"] == "2"


def test_unchanged_data_is_the_same_object() -> None:
    data = {"services": {"a": {"image": "x", "ports": ["80"]}}}
    result, _ = cast_data(data)
    assert result is data


def test_what_cannot_be_cast_is_told_with_its_path() -> None:
    _, failed = cast_data({"services": {"a": {"ports": [{"target": "web"}], "tty": "perhaps"}}})
    assert {(each.path, each.text) for each in failed} == {
        (("services", "a", "ports", 0, "target"), "web"),
        (("services", "a", "tty"), "perhaps"),
    }
