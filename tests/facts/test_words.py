"""Words that people write, and what they meant."""

import pytest

from stacks.compose.devices import GPU_WORDS
from stacks.compose.gpu_requests import REQUEST_KEYS
from stacks.facts.device_requests import capability_meant, driver_meant, key_meant, known_drivers
from stacks.facts.environment import (
    driver_capability_meant,
    known_driver_capabilities,
    sets_visible_devices,
    variable_meant,
)
from stacks.facts.spelling import closest
from stacks.facts.tables import table


def test_tables_agree_with_the_code() -> None:
    requests = table("device_requests")
    assert set(requests["capabilities"]["known"]) == GPU_WORDS
    assert set(requests["keys"]["known"]) == REQUEST_KEYS
    for section in requests.values():
        assert set(section["meant"].values()) <= set(section["known"])
        assert section["source"].startswith("https://") and section["checked"].year >= 2026
    environment = table("environment")
    assert set(environment["variables"]["meant"].values()) <= set(environment["variables"]["known"])
    assert set(environment["driver_capabilities"]["meant"].values()) - {""} <= known_driver_capabilities()


@pytest.mark.parametrize(
    ("word", "meant"),
    [("nvdia", "nvidia"), ("NVIDIA", "nvidia"), ("nvidia-docker", "nvidia"), ("CDI", "cdi"), ("habana", None)],
)
def test_drivers(word: str, meant: str | None) -> None:
    assert driver_meant(word) == meant
    assert word not in known_drivers()


@pytest.mark.parametrize(
    ("word", "meant"),
    [("gpus", "gpu"), ("GPU", "gpu"), ("nvidia-compute", "compute"), ("utilities", "utility"), ("tpu", None)],
)
def test_capabilities(word: str, meant: str | None) -> None:
    assert capability_meant(word) == meant  # `tpu` is one letter from `gpu`, and another thing


@pytest.mark.parametrize(
    ("word", "meant"),
    [("device_id", "device_ids"), ("deviceIds", "device_ids"), ("counts", "count"), ("capabilites", "capabilities")],
)
def test_keys(word: str, meant: str) -> None:
    assert key_meant(word) == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NVIDIA_DISABLE_REQUIRES", "NVIDIA_DISABLE_REQUIRE"),
        ("NVIDIA_VISIBLE_DEVICE", "NVIDIA_VISIBLE_DEVICES"),
        ("NVIDIA_VISBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"),
        ("NVIDIA_VISIBLE_DEVICES", None),
        ("NVIDIA_REQUIRE_DRIVER", None),
        ("NVIDIA_API_KEY", None),
        ("NVIDIA_MIG_CONFIG_DEVICES", None),
        ("CUDA_HOME", None),
        ("HIP_VISIBLE_DEVICES", None),
        ("VISIBLE_DEVICES", None),
    ],
)
def test_variables(name: str, meant: str | None) -> None:
    assert variable_meant(name) == meant


def test_driver_capabilities() -> None:
    assert driver_capability_meant("Compute") == "compute"
    assert driver_capability_meant("gpu") == ""
    assert driver_capability_meant("profile") is None


def test_images_that_choose_gpus_themselves() -> None:
    assert sets_visible_devices("nvidia/cuda:12.9.1-base-ubuntu24.04")
    assert sets_visible_devices("nvcr.io/nvidia/pytorch:25.06-py3")
    assert not sets_visible_devices("python:3.12")
    assert not sets_visible_devices("not an image")


def test_closest_word() -> None:
    assert closest("Memory", ["memory", "cpus"]) == "memory"
    assert closest("memroy", ["memory", "cpus"]) == "memory"
    assert closest("gpu", ["memory", "cpus"], 0.9) is None
