"""This machine, by everything that can be asked of it. Nothing is guessed: what does not answer leaves a note."""

import os
import platform
import socket
from dataclasses import replace
from pathlib import Path

from stacks.hosts.docker import read_docker
from stacks.hosts.nvml import read_nvml
from stacks.hosts.snapshot import HostSnapshot, Note, NoteLevel

_NVIDIA_VENDOR = "0x10de"
_DISPLAY_CLASSES = ("0x0300", "0x0302")
_WSL_GPU = Path("/dev/dxg")


def detect_host(*, timeout: int = 3) -> HostSnapshot:
    """This machine's GPUs by NVML, its engine by Docker, and its name, memory and CPUs.

    `timeout` is in seconds and bounds each question to Docker.
    `gpus` is empty only where NVML counts none, or where the PCI bus itself shows none; None where nothing could tell.
    """
    snapshot = _with_pci(read_nvml()).merge(read_docker(timeout))
    return replace(
        snapshot,
        hostname=socket.gethostname() or None,
        memory_total=memory_total(),
        cpus=os.cpu_count(),
    )


def memory_total(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """This machine's memory in bytes, None where the kernel does not say."""
    try:
        lines = meminfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    fields = next((line.split() for line in lines if line.startswith("MemTotal:")), [])
    return int(fields[1]) * 1024 if len(fields) == 3 and fields[1].isdigit() and fields[2] == "kB" else None


def nvidia_devices_on_pci(devices: Path = Path("/sys/bus/pci/devices")) -> int | None:
    """How many NVIDIA display controllers the PCI bus shows; None where it cannot tell.

    It cannot outside x86-64, where GPUs may be part of the chip, nor in WSL, whose GPU is not on the bus.
    """
    if platform.machine() not in ("x86_64", "AMD64") or _WSL_GPU.exists():
        return None
    try:
        found = [device for device in devices.iterdir() if _read(device / "vendor") == _NVIDIA_VENDOR]
        return sum(_read(device / "class").startswith(_DISPLAY_CLASSES) for device in found)
    except OSError:
        return None


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii", errors="replace").strip()


def _with_pci(snapshot: HostSnapshot) -> HostSnapshot:
    """Where NVML could not tell, let the PCI bus say whether there is anything to tell."""
    count = nvidia_devices_on_pci() if snapshot.gpus is None else None
    if count is None:
        return snapshot
    if count == 0:
        return replace(
            snapshot, gpus=(), notes=(*snapshot.notes, Note(NoteLevel.INFO, "the PCI bus shows no NVIDIA GPU"))
        )
    text = f"the PCI bus shows NVIDIA GPUs ({count}), but their driver does not answer here: what they are is not known"
    return replace(snapshot, notes=(*snapshot.notes, Note(NoteLevel.WARNING, text)))
