"""A GPU and its MIG instances, and what the names that people give them mean. Sizes are bytes; None is "not known"."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ComputeMode(StrEnum):
    """Who may open the GPU, as `nvidia-smi -c` sets it. Only exclusive-process makes a GPU single-user."""

    DEFAULT = "default"
    EXCLUSIVE_THREAD = "exclusive-thread"
    PROHIBITED = "prohibited"
    EXCLUSIVE_PROCESS = "exclusive-process"


@dataclass(frozen=True, slots=True)
class MigInstance:
    """One MIG device of a GPU; `index` is the m of the `g:m` name, `profile` reads like `1g.10gb`."""

    index: int
    uuid: str | None = None
    profile: str | None = None
    gpu_instance_id: int | None = None
    compute_instance_id: int | None = None
    memory_total: int | None = None


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that holds memory on a GPU."""

    pid: int
    name: str | None = None
    memory_used: int | None = None


@dataclass(frozen=True, slots=True)
class Gpu:
    """One physical GPU. `index` is NVML's, which is nvidia-smi's and Docker's: the order of the PCI bus.

    `minor_number` is the N of `/dev/nvidiaN`, which need not equal the index. Where `mig_instances_known` is false the
    source cannot list MIG instances, and an empty `mig_instances` says nothing.
    """

    index: int
    name: str
    uuid: str | None = None
    memory_total: int | None = None
    memory_used: int | None = None
    compute_capability: tuple[int, int] | None = None
    pci_bus_id: str | None = None
    minor_number: int | None = None
    mig_enabled: bool | None = None
    mig_instances: tuple[MigInstance, ...] = ()
    mig_instances_known: bool = True
    compute_mode: ComputeMode | None = None
    processes: tuple[GpuProcess, ...] | None = None

    @property
    def uuid_tail(self) -> str | None:
        """The last 8 characters of the UUID: enough to tell GPUs apart on a screen."""
        return None if self.uuid is None else self.uuid[-8:]

    @property
    def memory_free(self) -> int | None:
        if self.memory_total is None or self.memory_used is None:
            return None
        return max(0, self.memory_total - self.memory_used)


class GpuMatch(NamedTuple):
    """What an identifier names: a GPU, or a MIG instance of it."""

    gpu: Gpu
    mig_instance: MigInstance | None = None


def matches(gpus: tuple[Gpu, ...], identifier: str) -> Iterator[GpuMatch]:
    """Every GPU and MIG instance that `identifier` may name; see HostSnapshot.matches."""
    if _is_index(identifier):
        yield from (GpuMatch(gpu) for gpu in gpus if str(gpu.index) == identifier)
    elif _is_mig_position(identifier):
        parent, _, child = identifier.partition(":")
        yield from (
            GpuMatch(gpu, instance)
            for gpu in gpus
            for instance in gpu.mig_instances
            if (str(gpu.index), str(instance.index)) == (parent, child)
        )
    else:
        yield from _matches_of_uuid(gpus, identifier.casefold())


def _matches_of_uuid(gpus: tuple[Gpu, ...], identifier: str) -> Iterator[GpuMatch]:
    named = [(name.casefold(), match) for gpu in gpus for name, match in _names(gpu)]
    exact = [match for name, match in named if name == identifier]
    if exact or identifier in ("", "gpu-", "mig-") or not identifier.startswith(("gpu-", "mig-")):
        yield from exact
        return
    yield from (match for name, match in named if name.startswith(identifier) and "/" not in name)


def _names(gpu: Gpu) -> Iterator[tuple[str, GpuMatch]]:
    if gpu.uuid is not None:
        yield gpu.uuid, GpuMatch(gpu)
    for instance in gpu.mig_instances:
        if instance.uuid is not None:
            yield instance.uuid, GpuMatch(gpu, instance)
        legacy = f"MIG-{gpu.uuid}/{instance.gpu_instance_id}/{instance.compute_instance_id}"
        if gpu.uuid is not None and instance.gpu_instance_id is not None and legacy != instance.uuid:
            yield legacy, GpuMatch(gpu, instance)


def may_be_unlisted(gpus: tuple[Gpu, ...], identifier: str) -> bool:
    """Whether these GPUs may have a name that the snapshot does not carry, of the kind of `identifier`."""
    if _is_index(identifier):
        return False
    lowered = identifier.casefold()
    if _is_mig_position(identifier):
        return any(str(gpu.index) == identifier.partition(":")[0] and not gpu.mig_instances_known for gpu in gpus)
    if lowered.startswith("mig-"):
        unnamed = (instance.uuid is None for gpu in gpus for instance in gpu.mig_instances)
        return any(unnamed) or any(gpu.mig_enabled is not False and not gpu.mig_instances_known for gpu in gpus)
    return lowered.startswith("gpu-") and any(gpu.uuid is None for gpu in gpus)


def _is_index(identifier: str) -> bool:
    return identifier.isascii() and identifier.isdigit()


def _is_mig_position(identifier: str) -> bool:
    parent, colon, child = identifier.partition(":")
    return bool(colon) and _is_index(parent) and _is_index(child)
