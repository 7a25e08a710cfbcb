"""What a host is: its GPUs, its driver, its container engine, and how and when that was learnt.

Sizes are bytes. `None` always means "not known", never "none": an empty tuple says that there are none. Nothing here
reads anything; the readers beside this module do.
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TypeVar

from stacks.hosts.gpu import ComputeMode, Gpu, GpuMatch, GpuProcess, MigInstance, matches, may_be_unlisted

__all__ = [
    "ComputeMode",
    "Engine",
    "Gpu",
    "GpuMatch",
    "GpuProcess",
    "HostSnapshot",
    "MigInstance",
    "Note",
    "NoteLevel",
    "SnapshotError",
    "Source",
]

Fact = TypeVar("Fact")


class SnapshotError(ValueError):
    """What was given cannot be read as a host; the message says what is wrong and where, for the person who gave it."""


class Source(StrEnum):
    """Where a snapshot's facts come from."""

    NVML = "nvml"
    DOCKER = "docker"
    NVIDIA_SMI_XML = "nvidia-smi-xml"
    NVIDIA_SMI_LIST = "nvidia-smi-list"
    NVIDIA_SMI_CSV = "nvidia-smi-csv"
    NVIDIA_SMI_TABLE = "nvidia-smi-table"
    JSON = "json"
    MANUAL = "manual"
    PROBE = "probe"
    MIXED = "mixed"


class NoteLevel(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Note:
    """A stated fact about the reading itself: what could not be read, and why."""

    level: NoteLevel
    text: str


@dataclass(frozen=True, slots=True)
class Engine:
    """A container engine, as `docker info` describes it.

    `cdi_devices` are full CDI names (`nvidia.com/gpu=0`); None where the engine is too old to list them.
    `nvidia_hook` and `nvidia_cdi_hook` say whether NVIDIA's binaries are on this machine's PATH; None where the engine
    runs elsewhere, or sees another PATH than ours.
    """

    version: str | None = None
    api_version: str | None = None
    runtimes: tuple[str, ...] | None = None
    default_runtime: str | None = None
    cdi_enabled: bool | None = None
    cdi_devices: tuple[str, ...] | None = None
    cdi_spec_dirs: tuple[str, ...] | None = None
    memory_total: int | None = None
    cpus: int | None = None
    operating_system: str | None = None
    kernel_version: str | None = None
    cgroup_driver: str | None = None
    rootless: bool | None = None
    snap: bool | None = None
    desktop: bool | None = None
    root_dir: str | None = None
    generic_resources: tuple[str, ...] | None = None
    nvidia_hook: bool | None = None
    nvidia_cdi_hook: bool | None = None
    compose_version: str | None = None
    selinux: bool | None = None


@dataclass(frozen=True, slots=True)
class HostSnapshot:
    """What was known of a host at one time.

    `gpus` is None where nothing could see them and `()` where the host has none. `cuda_version` is the newest CUDA that
    the driver supports, not an installed toolkit. `taken_at` is ISO 8601 in UTC.
    """

    source: Source
    taken_at: str
    gpus: tuple[Gpu, ...] | None = None
    driver_version: str | None = None
    cuda_version: tuple[int, int] | None = None
    nvml_version: str | None = None
    engine: Engine | None = None
    memory_total: int | None = None
    cpus: int | None = None
    hostname: str | None = None
    notes: tuple[Note, ...] = ()

    def gpu_by_index(self, index: int) -> Gpu | None:
        return next((gpu for gpu in self.gpus or () if gpu.index == index), None)

    def matches(self, identifier: str) -> tuple[GpuMatch, ...]:
        """Every GPU and MIG instance that `identifier` may name: more than one for an ambiguous UUID prefix.

        Read as the NVIDIA container toolkit reads device ids: an index, `g:m` for MIG instance m of GPU g, a GPU or MIG
        UUID or a prefix of it, in any case, and `MIG-GPU-<uuid>/<gi>/<ci>` of drivers before 470.
        """
        return tuple(matches(self.gpus or (), identifier.strip()))

    def resolve_gpu(self, identifier: str) -> GpuMatch | None:
        """The one GPU or MIG instance that `identifier` names, or None: unknown, or ambiguous."""
        found = self.matches(identifier)
        return found[0] if len(found) == 1 else None

    def lacks(self, identifier: str) -> bool | None:
        """Whether the host has nothing of that name; None where this snapshot cannot tell."""
        if self.gpus is None:
            return None
        if self.matches(identifier):
            return False
        return None if may_be_unlisted(self.gpus, identifier.strip()) else True

    def merge(self, other: "HostSnapshot") -> "HostSnapshot":
        """This snapshot with what it does not know taken from `other`: GPUs are paired by UUID, else by index and name.

        Where both know a fact this one's stands. The time is the earlier of the two: the facts are at least that old.
        """
        return HostSnapshot(
            source=_merged_source(self, other),
            taken_at=min(self.taken_at, other.taken_at),
            gpus=_merged_gpus(self.gpus, other.gpus),
            driver_version=_known(self.driver_version, other.driver_version),
            cuda_version=_known(self.cuda_version, other.cuda_version),
            nvml_version=_known(self.nvml_version, other.nvml_version),
            engine=_known(self.engine, other.engine),
            memory_total=_known(self.memory_total, other.memory_total),
            cpus=_known(self.cpus, other.cpus),
            hostname=_known(self.hostname, other.hostname),
            notes=tuple(dict.fromkeys(self.notes + other.notes)),
        )


def _known(first: Fact | None, second: Fact | None) -> Fact | None:
    return second if first is None else first


def _merged_source(first: HostSnapshot, second: HostSnapshot) -> Source:
    """The source of the only snapshot that tells something of GPUs, driver or engine; mixed where both do."""
    telling = {
        snapshot.source
        for snapshot in (first, second)
        if (snapshot.gpus, snapshot.driver_version, snapshot.engine) != (None, None, None)
    }
    if not telling:
        return first.source
    return telling.pop() if len(telling) == 1 else Source.MIXED


def _merged_gpus(first: tuple[Gpu, ...] | None, second: tuple[Gpu, ...] | None) -> tuple[Gpu, ...] | None:
    if first is None or not second:
        return second if first is None else first
    return tuple(next((_merged_gpu(gpu, other) for other in second if _is_same(gpu, other)), gpu) for gpu in first)


def _is_same(gpu: Gpu, other: Gpu) -> bool:
    if gpu.uuid is not None and other.uuid is not None:
        return gpu.uuid.casefold() == other.uuid.casefold()
    return (gpu.index, gpu.name) == (other.index, other.name)


def _merged_gpu(gpu: Gpu, other: Gpu) -> Gpu:
    """Instances are taken whole, from the one that lists them: half of each would name nothing."""
    unknown = {field.name: getattr(other, field.name) for field in fields(gpu) if getattr(gpu, field.name) is None}
    if not gpu.mig_instances_known or (not gpu.mig_instances and other.mig_instances):
        unknown |= {"mig_instances": other.mig_instances, "mig_instances_known": other.mig_instances_known}
    return replace(gpu, **unknown)
