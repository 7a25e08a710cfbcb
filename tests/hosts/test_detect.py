"""This machine as a whole, without ever inventing a GPU."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from stacks.hosts import detect
from stacks.hosts.detect import detect_host, memory_total, nvidia_devices_on_pci
from stacks.hosts.snapshot import Engine, Gpu, HostSnapshot, Note, NoteLevel, Source

WHEN = "2026-11-23T08:00:00Z"
NO_DRIVER = HostSnapshot(Source.NVML, WHEN, notes=(Note(NoteLevel.WARNING, "NVML: library not found"),))
TWO_GPUS = HostSnapshot(Source.NVML, WHEN, gpus=(Gpu(0, "X"), Gpu(1, "X")), driver_version="580")
ENGINE = HostSnapshot(Source.DOCKER, WHEN, engine=Engine(version="28"))


def add_device(devices: Path, name: str, vendor: str, kind: str) -> None:
    (devices / name).mkdir(parents=True)
    (devices / name / "vendor").write_text(vendor + "\n")
    (devices / name / "class").write_text(kind + "\n")


def pretend(
    monkeypatch: pytest.MonkeyPatch, nvml: HostSnapshot, docker: HostSnapshot = ENGINE, on_pci: int | None = None
) -> None:
    monkeypatch.setattr(detect, "read_nvml", lambda: nvml)
    monkeypatch.setattr(detect, "read_docker", lambda timeout: docker)
    monkeypatch.setattr(detect, "nvidia_devices_on_pci", lambda: on_pci)


def test_both_readers_make_one_host(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, TWO_GPUS)
    snapshot = detect_host()
    assert (snapshot.source, snapshot.gpus, snapshot.engine) == (Source.MIXED, TWO_GPUS.gpus, ENGINE.engine)
    assert (snapshot.hostname, snapshot.cpus) == (socket.gethostname(), os.cpu_count())
    assert snapshot.memory_total == memory_total()


def test_no_driver_and_nothing_on_the_bus_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, NO_DRIVER, on_pci=0)
    snapshot = detect_host()
    assert snapshot.gpus == ()
    assert [note.text for note in snapshot.notes] == ["NVML: library not found", "the PCI bus shows no NVIDIA GPU"]


def test_no_driver_but_cards_on_the_bus_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, NO_DRIVER, on_pci=2)
    snapshot = detect_host()
    assert snapshot.gpus is None
    assert "the PCI bus shows NVIDIA GPUs (2), but their driver does not answer" in snapshot.notes[1].text


def test_no_driver_and_no_bus_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, NO_DRIVER)
    assert detect_host().gpus is None
    assert detect_host().source is Source.DOCKER


def test_this_machine_can_be_read_as_it_is() -> None:
    snapshot = detect_host()
    assert snapshot.hostname == socket.gethostname()
    assert snapshot.gpus is not None or snapshot.notes


def test_devices_on_the_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(detect, "_WSL_GPU", tmp_path / "dxg")
    assert nvidia_devices_on_pci(tmp_path / "none") is None
    add_device(tmp_path / "bus", "0000:00:01.0", "0x8086", "0x030000")
    assert nvidia_devices_on_pci(tmp_path / "bus") == 0
    add_device(tmp_path / "bus", "0000:01:00.0", "0x10de", "0x030000")
    add_device(tmp_path / "bus", "0000:01:00.1", "0x10de", "0x040300")  # the card's sound
    add_device(tmp_path / "bus", "0000:02:00.0", "0x10de", "0x030200")
    assert nvidia_devices_on_pci(tmp_path / "bus") == 2
    (tmp_path / "dxg").touch()
    assert nvidia_devices_on_pci(tmp_path / "bus") is None
    monkeypatch.setattr(detect.platform, "machine", lambda: "aarch64")
    (tmp_path / "dxg").unlink()
    assert nvidia_devices_on_pci(tmp_path / "bus") is None


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("MemTotal:       24684084 kB\nMemFree: 1 kB\n", 24684084 * 1024),
        ("MemFree: 1 kB\n", None),
        ("MemTotal: x kB\n", None),
    ],
)
def test_memory(tmp_path: Path, text: str, size: int | None) -> None:
    (tmp_path / "meminfo").write_text(text)
    assert memory_total(tmp_path / "meminfo") == size
    assert memory_total(tmp_path / "none") is None
