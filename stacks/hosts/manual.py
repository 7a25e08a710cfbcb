"""A host described by hand, out of GPU models whose facts are known, for machines that nobody can reach right now."""

from dataclasses import dataclass
from enum import StrEnum

from stacks.hosts.pasted import now
from stacks.hosts.snapshot import Engine, Gpu, HostSnapshot, Note, NoteLevel, Source


class ErrorCorrection(StrEnum):
    """Where a GPU keeps its memory's check bits: `inline` takes them out of the memory that programs get."""

    INLINE = "inline"
    SEPARATE = "separate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class GpuModel:
    """What is known of every GPU of one model.

    `vram_gb` is what the maker names it by; `memory_seen` is what NVML gives in bytes, where somebody has seen one.
    `mig_profiles` pairs each profile's name with how many of it fit; empty where they are not known, or where
    `mig_instances_max` is 0: the model has no MIG.
    """

    name: str
    aliases: tuple[str, ...]
    compute_capability: tuple[int, int]
    vram_gb: int
    error_correction: ErrorCorrection
    mig_instances_max: int
    mig_profiles: tuple[tuple[str, int], ...]
    memory_seen: int | None
    source: str
    checked: str

    @property
    def memory_expected(self) -> int:
        """Bytes that NVML will give: as seen, else 0.94 of the named size with inline ECC and 0.985 without."""
        if self.memory_seen is not None:
            return self.memory_seen
        share = 940 if self.error_correction is ErrorCorrection.INLINE else 985
        return self.vram_gb * 1024**3 * share // 1000


def describe_host(
    name: str,
    model: GpuModel,
    count: int = 1,
    *,
    driver_version: str | None = None,
    cuda_version: tuple[int, int] | None = None,
    memory_total: int | None = None,
    cpus: int | None = None,
    engine: Engine | None = None,
) -> HostSnapshot:
    """A host of that hostname with `count` GPUs of one model. UUIDs stay unknown: they cannot be known by hand.

    Raises ValueError for a count below 1: a host without GPUs has no model.
    """
    if count < 1:
        raise ValueError("count must be at least 1")
    gpus = tuple(
        Gpu(
            index=index,
            name=model.aliases[0] if model.aliases else model.name,
            memory_total=model.memory_expected,
            compute_capability=model.compute_capability,
            mig_enabled=None if model.mig_instances_max else False,
            mig_instances_known=model.mig_instances_max == 0,
        )
        for index in range(count)
    )
    return HostSnapshot(
        Source.MANUAL,
        now(),
        gpus=gpus,
        driver_version=driver_version,
        cuda_version=cuda_version,
        engine=engine,
        memory_total=memory_total,
        cpus=cpus,
        hostname=name,
        notes=(Note(NoteLevel.INFO, "described by hand: nothing was read from the host itself"),),
    )
