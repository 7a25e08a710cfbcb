"""Which driver runs which CUDA, and which toolkit knows which architecture."""

import pytest

from stacks.facts.cuda import (
    Compatibility,
    architecture,
    compatibility,
    family_floor,
    is_data_centre,
    native_driver,
    newest_cuda,
    oldest_toolkit,
    parse_driver,
)
from stacks.facts.tables import table, version_pair


@pytest.mark.parametrize(
    ("image", "driver", "supported", "gpus", "expected"),
    [
        ((12, 9), "580.95.05", (13, 0), ["NVIDIA GeForce RTX 4090"], Compatibility.FULL),
        ((13, 0), "580.95.05", (13, 0), ["NVIDIA GeForce RTX 4090"], Compatibility.FULL),
        ((12, 9), "550.54.15", (12, 4), ["NVIDIA GeForce RTX 4090"], Compatibility.MINOR),
        ((12, 9), "525.60.13", (12, 0), ["NVIDIA GeForce RTX 4090"], Compatibility.MINOR),
        ((13, 0), "550.54.15", (12, 4), ["NVIDIA GeForce RTX 4090"], Compatibility.NONE),
        ((13, 0), "550.54.15", (12, 4), ["NVIDIA H100 80GB HBM3"], Compatibility.FORWARD),
        ((13, 0), "550.54.15", (12, 4), ["NVIDIA H100 80GB HBM3", "NVIDIA GeForce RTX 4090"], Compatibility.NONE),
        ((13, 0), "550.54.15", (12, 4), [], Compatibility.NONE),
        ((12, 0), "470.82.01", None, [], Compatibility.NONE),
        ((11, 8), "470.82.01", None, [], Compatibility.MINOR),
        ((10, 2), "418.39", None, [], Compatibility.NONE),
        ((12, 0), None, (12, 4), [], Compatibility.FULL),
        ((12, 8), None, (12, 4), [], Compatibility.MINOR),
        ((12, 0), None, None, [], Compatibility.UNKNOWN),
        ((12, 0), "not a version", None, [], Compatibility.UNKNOWN),
    ],
)
def test_compatibility(
    image: tuple[int, int],
    driver: str | None,
    supported: tuple[int, int] | None,
    gpus: list[str],
    expected: Compatibility,
) -> None:
    assert compatibility(image, driver, supported, gpus) is expected


def test_newest_cuda_agrees_with_what_the_drivers_of_captures_report() -> None:
    assert newest_cuda("580.159.04") == (13, 0)
    assert newest_cuda("550.54.15") == (12, 4)
    assert newest_cuda("100.0") is None
    assert newest_cuda("") is None


def test_drivers() -> None:
    assert parse_driver("580.159.04") == (580, 159, 4)
    assert parse_driver("R580") is None
    assert native_driver((12, 8)) == "570.26"
    assert native_driver((13, 3)) is None, "known by hearsay only"
    assert family_floor(12) == "525.60.13"
    assert family_floor(99) is None


def test_architectures() -> None:
    volta = architecture((7, 0))
    assert volta is not None and volta.last == (12, 9) and volta.is_verified
    thor = architecture((11, 0))
    assert thor is not None and not thor.is_verified
    assert architecture((13, 0)) is None, "newer than the table"


def test_code_runs_on_newer_cards_of_the_same_major_version() -> None:
    assert oldest_toolkit((8, 9)) == (11, 0)
    assert oldest_toolkit((9, 0)) == (11, 8)
    assert oldest_toolkit((12, 1)) == (12, 8)
    assert oldest_toolkit((14, 0)) is None


@pytest.mark.parametrize("name", ["NVIDIA H200", "NVIDIA A100-SXM4-80GB", "Tesla V100-SXM2-32GB", "NVIDIA L4"])
def test_data_centre(name: str) -> None:
    assert is_data_centre(name)


@pytest.mark.parametrize("name", ["NVIDIA GeForce RTX 4090", "NVIDIA RTX A6000", "NVIDIA GeForce RTX 3080 Laptop GPU"])
def test_not_data_centre(name: str) -> None:
    assert not is_data_centre(name)


@pytest.mark.parametrize("section", ["native", "architecture", "last-driver"])
def test_rows_have_a_mark_and_a_source(section: str) -> None:
    data = table("cuda")
    for row in data[section]["rows"]:
        assert row["mark"] in {"S", "I", "U"} and data["sources"][row["source"]].startswith("https://")


def test_native_drivers_rise_with_cuda() -> None:
    rows = [(version_pair(row["cuda"]), parse_driver(row["driver"])) for row in table("cuda")["native"]["rows"]]
    assert rows == sorted(rows, reverse=True)
