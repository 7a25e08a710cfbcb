"""The NVML reader through NVIDIA's own binding, over a C stand-in for the driver's library."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.hosts.nvml import read_nvml
from stacks.hosts.serialization import from_json
from stacks.hosts.snapshot import ComputeMode, GpuProcess, HostSnapshot, MigInstance, Source

ROOT = Path(__file__).parents[2]
MIB = 1024**2
SCRIPT = """
import sys
from stacks.hosts.nvml import read_nvml
from stacks.hosts.serialization import to_json
sys.stdout.write(to_json(read_nvml()))
"""


def compile_stub(folder: Path, *options: str) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no C compiler")
        pytest.skip("no C compiler")
    library = folder / "libnvidia-ml.so.1"
    source = Path(__file__).parent / "stub" / "nvml.c"
    flags = ["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-Wl,-soname,libnvidia-ml.so.1"]
    subprocess.run([compiler, *flags, *options, "-o", str(library), str(source)], check=True)
    return folder


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_stub(tmp_path_factory.mktemp("driver"))


@pytest.fixture(scope="module")
def old_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_stub(tmp_path_factory.mktemp("old-driver"), "-DOLD_DRIVER", "-Wno-unused-variable")


def read(library: Path, **settings: object) -> HostSnapshot:
    environment = os.environ | {"LD_LIBRARY_PATH": str(library), "PYTHONPATH": str(ROOT)}
    environment |= {f"STUB_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return from_json(done.stdout)


def test_host_and_versions(driver: Path) -> None:
    snapshot = read(driver)
    assert snapshot.source is Source.NVML
    assert (snapshot.driver_version, snapshot.nvml_version) == ("570.86.15", "12.570.86.15")
    assert snapshot.cuda_version == (12, 8)
    assert snapshot.notes == ()
    assert snapshot.gpus is not None and [gpu.index for gpu in snapshot.gpus] == [0, 1]


def test_gpu_with_mig(driver: Path) -> None:
    gpu = read(driver).gpu_by_index(0)
    assert gpu is not None
    assert (gpu.name, gpu.uuid) == ("NVIDIA A100-SXM4-80GB", "GPU-10000000-1111-4222-8333-444444444444")
    assert (gpu.memory_total, gpu.memory_used) == (
        81920 * MIB,
        400 * MIB,
    )  # not the 1000 of version 1, reserved included
    assert (gpu.compute_capability, gpu.pci_bus_id, gpu.minor_number) == ((8, 0), "00000000:01:00.0", 0)
    assert gpu.compute_mode is ComputeMode.EXCLUSIVE_PROCESS
    assert gpu.mig_enabled is True
    assert gpu.mig_instances == (
        MigInstance(0, "MIG-10000000-5555-5666-8777-888888888888", "3g.40gb", 7, 0, 40448 * MIB),
        MigInstance(1, "MIG-20000000-5555-5666-8777-888888888888", "1g.10gb", 8, 0, 9856 * MIB),
        MigInstance(3, "MIG-40000000-5555-5666-8777-888888888888", "1g.10gb", 10, 0, 9856 * MIB),
    )
    assert gpu.processes == (GpuProcess(17, None, None), GpuProcess(4242, "/opt/venv/bin/python", 1024 * MIB))


def test_fields_that_are_not_supported_are_unknown(driver: Path) -> None:
    gpu = read(driver).gpu_by_index(1)
    assert gpu is not None
    assert gpu.name == "NVIDIA GeForce RTX 4090"
    assert gpu.minor_number == 3
    assert (gpu.mig_enabled, gpu.mig_instances, gpu.compute_mode, gpu.processes) == (None, (), None, None)


def test_old_driver_lacks_calls(old_driver: Path) -> None:
    gpu = read(old_driver).gpu_by_index(0)
    assert gpu is not None
    assert (gpu.memory_total, gpu.memory_used) == (81920 * MIB, 1000 * MIB)
    assert gpu.mig_enabled is None


def test_driver_without_gpus(driver: Path) -> None:
    assert read(driver, count=0).gpus == ()


def test_lost_gpu_is_told_and_the_other_read(driver: Path) -> None:
    snapshot = read(driver, lost=1)
    assert snapshot.gpus is not None and [gpu.index for gpu in snapshot.gpus] == [0]
    assert [note.text for note in snapshot.notes] == [
        "NVML: GPU 1 could not be read: GPU is lost",
        "NVML: GPU 1 is there but cannot be opened",
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (9, "NVML: the NVIDIA driver is not loaded on this machine"),
        (12, "NVML: library not found — no NVIDIA driver on this machine"),
        (18, "NVML: driver/library version mismatch — the driver was updated; restart the machine"),
        (999, "NVML did not start: "),
    ],
)
def test_failure_to_start_is_a_fact(driver: Path, code: int, said: str) -> None:
    snapshot = read(driver, init=code)
    assert snapshot.gpus is None
    assert [note.text[: len(said)] for note in snapshot.notes] == [said]


@pytest.mark.parametrize("settings", [{}, {"lost": 1}, {"count": 5}])
def test_nvml_is_shut_down(driver: Path, tmp_path: Path, settings: dict[str, int]) -> None:
    read(driver, log=tmp_path / "log", **settings)
    assert (tmp_path / "log").read_text() == "start\nend\n"


def test_binding_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    snapshot = read_nvml()
    assert snapshot.gpus is None
    assert "nvidia-ml-py is not installed" in snapshot.notes[0].text
