"""Hosts described by hand."""

from __future__ import annotations

import pytest

from stacks.hosts.manual import ErrorCorrection, GpuModel, describe_host
from stacks.hosts.reading import read_host
from stacks.hosts.serialization import to_json
from stacks.hosts.snapshot import Source

GIB = 1024**3


def model(**changes: object) -> GpuModel:
    facts: dict[str, object] = {
        "name": "L4",
        "aliases": ("NVIDIA L4",),
        "compute_capability": (8, 9),
        "vram_gb": 24,
        "error_correction": ErrorCorrection.INLINE,
        "mig_instances_max": 0,
        "mig_profiles": (),
        "memory_seen": None,
        "source": "test",
        "checked": "2026-11-23",
    }
    return GpuModel(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 24 * GIB * 94 // 100),
        ({"error_correction": ErrorCorrection.SEPARATE}, 24 * GIB * 985 // 1000),
        ({"error_correction": ErrorCorrection.NONE}, 24 * GIB * 985 // 1000),
        ({"memory_seen": 7}, 7),
    ],
)
def test_memory_that_nvml_will_give(changes: dict[str, object], expected: int) -> None:
    assert model(**changes).memory_expected == expected


def test_host_by_hand() -> None:
    snapshot = describe_host("box", model(), 2, driver_version="580.95.05", cuda_version=(13, 0), memory_total=64 * GIB)
    assert (snapshot.source, snapshot.hostname, snapshot.driver_version) == (Source.MANUAL, "box", "580.95.05")
    assert (snapshot.cuda_version, snapshot.memory_total, snapshot.engine) == ((13, 0), 64 * GIB, None)
    assert snapshot.gpus is not None
    assert [(gpu.index, gpu.name, gpu.uuid, gpu.compute_capability) for gpu in snapshot.gpus] == [
        (0, "NVIDIA L4", None, (8, 9)),
        (1, "NVIDIA L4", None, (8, 9)),
    ]
    assert read_host(to_json(snapshot)) == snapshot


def test_nothing_is_claimed_that_a_hand_cannot_know() -> None:
    snapshot = describe_host("box", model(aliases=(), mig_instances_max=7))
    assert snapshot.gpus is not None
    (gpu,) = snapshot.gpus
    assert (gpu.name, gpu.mig_enabled, gpu.memory_used, gpu.processes) == ("L4", None, None, None)
    assert (snapshot.lacks("GPU-1"), snapshot.lacks("MIG-1"), snapshot.lacks("1")) == (None, None, True)
    without_mig = describe_host("box", model())
    assert (without_mig.lacks("MIG-1"), without_mig.lacks("0:0")) == (True, True)


def test_at_least_one_gpu() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        describe_host("box", model(), 0)
