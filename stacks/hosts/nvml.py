"""Reads this machine's GPUs through NVML, by NVIDIA's own binding (nvidia-ml-py).

A missing library, driver or function is a stated fact. A field that a GPU does not support is None: GeForce and unified
memory lack several.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from stacks.hosts.pasted import now
from stacks.hosts.snapshot import ComputeMode, Gpu, GpuProcess, HostSnapshot, MigInstance, Note, NoteLevel, Source

# By NVML's return code: https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceEnumvs.html
_START_FAILURES = {
    9: "NVML: the NVIDIA driver is not loaded on this machine",
    12: "NVML: library not found — no NVIDIA driver on this machine",
    15: "NVML: a GPU has fallen off the bus",
    18: "NVML: driver/library version mismatch — the driver was updated; restart the machine",
}
_NOT_SUPPORTED, _NO_PERMISSION, _NOT_FOUND, _FUNCTION_NOT_FOUND = 3, 4, 6, 13
# What says only that this GPU, driver or user has no such value; anything else is worth a note.
_SILENT = frozenset((_NOT_SUPPORTED, _NO_PERMISSION, _NOT_FOUND, _FUNCTION_NOT_FOUND))
_COMPUTE_MODES = {
    0: ComputeMode.DEFAULT,
    1: ComputeMode.EXCLUSIVE_THREAD,
    2: ComputeMode.PROHIBITED,
    3: ComputeMode.EXCLUSIVE_PROCESS,
}


def read_nvml() -> HostSnapshot:
    """This machine's GPUs as NVML tells them; `gpus` is None, with a note that says why, where it cannot start."""
    try:
        import pynvml
    except ImportError:
        return _unread("NVML: the package nvidia-ml-py is not installed, so GPUs were not looked for")
    try:
        pynvml.nvmlInit()
    except Exception as error:
        return _unread(_START_FAILURES.get(_code(error), f"NVML did not start: {error}"))
    try:
        return _Reading(pynvml).snapshot()
    except Exception as error:
        return _unread(f"NVML failed: {error}")
    finally:
        _shut_down(pynvml)


def _shut_down(nvml: Any) -> None:
    with suppress(nvml.NVMLError):  # nothing is held any more
        nvml.nvmlShutdown()


def _unread(text: str) -> HostSnapshot:
    return HostSnapshot(Source.NVML, now(), notes=(Note(NoteLevel.WARNING, text),))


def _code(error: Exception) -> int:
    value = getattr(error, "value", None)
    return value if isinstance(value, int) else -1


class _Reading:
    """One pass over NVML between its start and its end; failures of single calls collect as notes."""

    def __init__(self, nvml: Any) -> None:
        self._nvml = nvml
        self._notes: list[Note] = []

    def snapshot(self) -> HostSnapshot:
        nvml = self._nvml
        gpus = tuple(self._gpus(nvml.nvmlDeviceGetCount()))
        cuda = self._ask("CUDA version", nvml.nvmlSystemGetCudaDriverVersion_v2)
        return HostSnapshot(
            Source.NVML,
            now(),
            gpus=gpus,
            driver_version=_text(self._ask("driver version", nvml.nvmlSystemGetDriverVersion)),
            cuda_version=None if cuda is None else (cuda // 1000, cuda % 1000 // 10),
            nvml_version=_text(self._ask("NVML version", nvml.nvmlSystemGetNVMLVersion)),
            notes=tuple(dict.fromkeys(self._notes)),
        )

    def _ask(self, what: str, call: Callable[..., Any], *arguments: object) -> Any:
        """What the call gives; None where it fails, with a note unless the value just does not exist here."""
        try:
            return call(*arguments)
        except self._nvml.NVMLError as error:
            if _code(error) not in _SILENT:
                self._notes.append(Note(NoteLevel.WARNING, f"NVML: {what} could not be read: {error}"))
            return None
        except UnicodeDecodeError:  # the binding decodes names; a process may be called anything
            return None

    def _gpus(self, count: int) -> Iterator[Gpu]:
        for index in range(count):
            handle = self._ask(f"GPU {index}", self._nvml.nvmlDeviceGetHandleByIndex, index)
            if handle is None:
                self._notes.append(Note(NoteLevel.WARNING, f"NVML: GPU {index} is there but cannot be opened"))
            else:
                yield self._gpu(index, handle)

    def _gpu(self, index: int, handle: object) -> Gpu:
        nvml, of = self._nvml, f" of GPU {index}"
        total, used = self._memory(handle, "memory" + of)
        capability = self._ask("compute capability" + of, nvml.nvmlDeviceGetCudaComputeCapability, handle)
        pci = self._ask("PCI bus id" + of, nvml.nvmlDeviceGetPciInfo, handle)
        mig = self._ask("MIG mode" + of, nvml.nvmlDeviceGetMigMode, handle)
        return Gpu(
            index=index,
            name=_text(self._ask("name" + of, nvml.nvmlDeviceGetName, handle)) or "unknown GPU",
            uuid=_text(self._ask("UUID" + of, nvml.nvmlDeviceGetUUID, handle)),
            memory_total=total,
            memory_used=used,
            compute_capability=None if capability is None else (int(capability[0]), int(capability[1])),
            pci_bus_id=None if pci is None else _text(pci.busId),
            minor_number=self._ask("minor number" + of, nvml.nvmlDeviceGetMinorNumber, handle),
            mig_enabled=None if mig is None else bool(mig[0]),
            mig_instances=tuple(self._mig_instances(handle, of)) if mig is not None and mig[0] else (),
            compute_mode=_COMPUTE_MODES.get(self._ask("compute mode" + of, nvml.nvmlDeviceGetComputeMode, handle)),
            processes=self._processes(handle, of),
        )

    def _memory(self, handle: object, what: str) -> tuple[int | None, int | None]:
        """Total and used bytes. Version 1 of the call, for old drivers, counts what the driver reserves as used."""
        nvml = self._nvml
        memory = self._ask(what, nvml.nvmlDeviceGetMemoryInfo, handle, nvml.nvmlMemory_v2)
        if memory is None:
            memory = self._ask(what, nvml.nvmlDeviceGetMemoryInfo, handle)
        return (None, None) if memory is None else (int(memory.total), int(memory.used))

    def _mig_instances(self, parent: object, of: str) -> Iterator[MigInstance]:
        nvml = self._nvml
        for index in range(self._ask("number of MIG devices" + of, nvml.nvmlDeviceGetMaxMigDeviceCount, parent) or 0):
            handle = self._ask("MIG devices" + of, nvml.nvmlDeviceGetMigDeviceHandleByIndex, parent, index)
            if handle is not None:
                yield self._mig_instance(index, handle, f" of MIG device {index}{of}")

    def _mig_instance(self, index: int, handle: object, of: str) -> MigInstance:
        nvml = self._nvml
        name = _text(self._ask("name" + of, nvml.nvmlDeviceGetName, handle)) or ""
        return MigInstance(
            index=index,
            uuid=_text(self._ask("UUID" + of, nvml.nvmlDeviceGetUUID, handle)),
            # NVML names an instance `NVIDIA H100 80GB HBM3 MIG 1g.10gb`.
            profile=name.rpartition(" MIG ")[2] if " MIG " in name else None,
            gpu_instance_id=self._ask("GPU instance" + of, nvml.nvmlDeviceGetGpuInstanceId, handle),
            compute_instance_id=self._ask("compute instance" + of, nvml.nvmlDeviceGetComputeInstanceId, handle),
            memory_total=self._memory(handle, "memory" + of)[0],
        )

    def _processes(self, handle: object, of: str) -> tuple[GpuProcess, ...] | None:
        """Compute and graphics processes, each once; None where NVML tells neither."""
        nvml = self._nvml
        compute = self._ask("compute processes" + of, nvml.nvmlDeviceGetComputeRunningProcesses, handle)
        graphics = self._ask("graphics processes" + of, nvml.nvmlDeviceGetGraphicsRunningProcesses, handle)
        if compute is None and graphics is None:
            return None
        by_pid = {process.pid: process for process in (*(graphics or ()), *(compute or ()))}
        return tuple(
            GpuProcess(
                pid=pid,
                name=_text(self._ask("process names", nvml.nvmlSystemGetProcessName, pid)),
                memory_used=process.usedGpuMemory,
            )
            for pid, process in sorted(by_pid.items())
        )


def _text(value: str | bytes | None) -> str | None:
    """Text as the binding gives it, or as bytes from structures; None for none."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text or None
