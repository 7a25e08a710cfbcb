"""Which versions of Docker Engine and Docker Compose can do what: look-ups in `engine.toml`."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from stacks.facts.spelling import closest
from stacks.facts.tables import table
from stacks.patterns import lazy_pattern

if TYPE_CHECKING:
    from stacks.hosts.snapshot import Engine

_NEAR = 0.8
_NUMBERS = lazy_pattern(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


class Feature(StrEnum):
    """What came with a version: the table and the key that say with which."""

    GPUS_LIST = "compose.gpus_list"
    GPUS_ALL = "compose.gpus_all"
    CDI_DEVICES = "compose.cdi_devices"
    RESERVED_DEVICES = "compose.reserved_devices"
    RUNTIME_IN_3 = "compose.runtime_in_3"
    COUNT_DEFAULT = "compose.count_default"
    DEVICE_REQUESTS = "engine.device_requests"
    CDI = "engine.cdi"
    VOID_FOR_ZERO = "engine.void_for_zero"
    NOTHING_FOR_ZERO = "engine.nothing_for_zero"
    NVIDIA_BY_CDI = "engine.nvidia_by_cdi"


@cache
def version_of(feature: Feature) -> str:
    """The version of Compose, or of the engine, that a feature came with."""
    section, _, key = feature.value.partition(".")
    return str(table("engine")[section][key]["version"])


@cache
def is_before(version: str, feature: Feature) -> bool:
    """Whether a version, as Docker prints it (`28.5.2+dfsg4`, `v2.40.3`), is older than a feature; an odd one: no."""
    found, needed = _numbers(version), _numbers(version_of(feature))
    return found is not None and needed is not None and found < needed


def cdi_is_off(engine: Engine) -> bool:
    """Whether the engine surely takes no CDI devices: switched off, or too old."""
    if engine.cdi_enabled is not None:
        return not engine.cdi_enabled
    return engine.version is not None and is_before(engine.version, Feature.CDI)


@cache
def runtime_meant(name: str) -> str | None:
    """The runtime of NVIDIA that `name` is a slip of, or another name for; None where it is none."""
    runtimes = table("engine")["runtimes"]
    known: list[str] = runtimes["known"]
    if name in known:
        return None
    meant: dict[str, str] = runtimes["meant"]
    return meant.get(name.strip().lower()) or closest(name, known, _NEAR)


def _numbers(version: str) -> tuple[int, ...] | None:
    match = _NUMBERS.match(version.strip())
    return tuple(int(group or 0) for group in match.groups()) if match else None
