"""GPU models by the name that NVML prints, out of gpus.toml."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from stacks.facts.cuda import last_driver_branch, parse_driver
from stacks.facts.tables import table
from stacks.hosts.manual import ErrorCorrection, GpuModel

if TYPE_CHECKING:
    from stacks.hosts.snapshot import Gpu


@cache
def known_gpus() -> tuple[GpuModel, ...]:
    """Every model in the table, in its order: data centre, workstation, GeForce, older, integrated."""
    return tuple(
        GpuModel(
            name=row["name"],
            aliases=tuple(row["aliases"]),
            compute_capability=_version(row["compute_capability"]),
            vram_gb=row["vram_gb"],
            error_correction=ErrorCorrection(row["error_correction"]),
            mig_instances_max=row["mig_instances_max"],
            mig_profiles=tuple(row.get("mig_profiles", {}).items()),
            memory_seen=row["memory_mib"] * 1024**2 if "memory_mib" in row else None,
            source=row["source"],
            checked=row["checked"].isoformat(),
        )
        for row in table("gpus")["gpu"]
    )


def find_gpu(name: str, memory_total: int | None = None) -> GpuModel | None:
    """The model of that name, as people or NVML write it, in any case; None for one that the table does not have.

    Where several models share a name (an RTX 3080 has 10 or 12 GB), the one nearest to `memory_total` bytes; without it
    the first.
    """
    named = _by_name().get(_plain(name), ())
    if memory_total is None or not named:
        return next(iter(named), None)
    return min(named, key=lambda model: abs(model.memory_expected - memory_total))


def model_of(gpu: Gpu) -> GpuModel | None:
    """The model of a GPU of a snapshot; None where the table does not have it."""
    return find_gpu(gpu.name, gpu.memory_total)


def compute_capability_of(gpu: Gpu) -> tuple[int, int] | None:
    """The GPU's own compute capability, else its model's: several readers cannot tell it."""
    if gpu.compute_capability is not None:
        return gpu.compute_capability
    model = model_of(gpu)
    return None if model is None else model.compute_capability


def may_have_driver(gpus: Iterable[Gpu], version: str) -> bool:
    """Whether NVIDIA makes that driver for all of these GPUs, as far as is known."""
    branch = (parse_driver(version) or (0,))[0]
    capabilities = filter(None, map(compute_capability_of, gpus))
    return all((last_driver_branch(each) or branch) >= branch for each in capabilities)


@cache
def _by_name() -> dict[str, tuple[GpuModel, ...]]:
    found: dict[str, tuple[GpuModel, ...]] = {}
    for model in known_gpus():
        for name in dict.fromkeys(_plain(name) for name in (model.name, *model.aliases)):
            found[name] = (*found.get(name, ()), model)
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().split()).removeprefix("nvidia ")


def _version(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)
