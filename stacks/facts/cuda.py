"""Which driver runs which CUDA, and which GPU architecture which toolkit knows: look-ups in `cuda.toml`."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from stacks.facts.tables import table, version_pair

Version = tuple[int, int]


class Compatibility(StrEnum):
    """What a driver makes of an image's CUDA.

    full: everything works. minor: it starts, but newer driver functions fail and newer PTX is not compiled. forward:
    it works by the compatibility libraries of the image alone, on data-centre GPUs. none: CUDA does not start.
    unknown: the driver is not known well enough.
    """

    FULL = "full"
    MINOR = "minor"
    FORWARD = "forward"
    NONE = "none"
    UNKNOWN = "unknown"


class Architecture(NamedTuple):
    """A GPU architecture: the first toolkit that knows it and, where support has ended, the last one."""

    capability: Version
    name: str
    first: Version
    last: Version | None
    is_verified: bool


def parse_driver(text: str) -> tuple[int, ...] | None:
    """A driver version as numbers: `580.159.04` gives (580, 159, 4); None for what is no version."""
    parts = text.strip().split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return tuple(int(part) for part in parts)


def newest_cuda(driver: str) -> Version | None:
    """The newest CUDA that a Linux driver supports by itself; None below the table, or for what is no version."""
    found = parse_driver(driver)
    if found is None:
        return None
    return max((cuda for cuda, floor, _ in _natives() if floor <= found), default=None)


def native_driver(cuda: Version) -> str | None:
    """The Linux driver that first supported this CUDA; None where the table does not say, or only by hearsay."""
    return next((text for known, _, text in _natives() if known == cuda and _is_verified(cuda)), None)


def family_floor(major: int) -> str | None:
    """The oldest Linux driver on which the toolkits of a CUDA major version start."""
    return next((str(row["driver"]) for row in table("cuda")["family"] if row["cuda"] == major), None)


def compatibility(
    image: Version, driver: str | None, supported: Version | None, gpus: Iterable[str] = ()
) -> Compatibility:
    """What becomes of an image of CUDA `image` on a driver.

    `supported` is the newest CUDA that the driver itself reports; where it is not known it is looked up. `gpus` are the
    names of the GPUs that the container gets. Source: https://docs.nvidia.com/deploy/cuda-compatibility/
    """
    newest = supported or (newest_cuda(driver) if driver else None)
    if newest is None:
        return Compatibility.UNKNOWN
    if image <= newest:
        return Compatibility.FULL
    if image[0] == newest[0] and image[0] >= 11 and _reaches_floor(driver, image[0]):
        return Compatibility.MINOR
    names = tuple(gpus)
    if image[0] > newest[0] and names and all(is_data_centre(name) for name in names):
        return Compatibility.FORWARD
    return Compatibility.NONE


def _reaches_floor(driver: str | None, major: int) -> bool:
    floor, found = family_floor(major), parse_driver(driver) if driver else None
    needed = parse_driver(floor) if floor else None
    return found is None or needed is None or found >= needed


@cache
def architecture(capability: Version) -> Architecture | None:
    """The architecture of a compute capability; None for one that is newer than the table, or not listed."""
    for row in table("cuda")["architecture"]["rows"]:
        if version_pair(row["capability"]) == capability:
            last = row.get("last")
            return Architecture(
                capability,
                row["name"],
                version_pair(row["first"]),
                None if last is None else version_pair(last),
                row["mark"] != "U",
            )
    return None


@cache
def oldest_toolkit(capability: Version) -> Version | None:
    """The first toolkit whose code runs on a capability: code for an older one of the same major version does too."""
    known = (
        version_pair(row["capability"]) + version_pair(row["first"]) for row in table("cuda")["architecture"]["rows"]
    )
    return min(
        (
            (first, minor_first)
            for major, minor, first, minor_first in known
            if (major, minor) <= capability and major == capability[0]
        ),
        default=None,
    )


@cache
def last_driver_branch(capability: Version) -> int | None:
    """The driver branch that is the last one for a capability, by hearsay; None where newer ones still support it."""
    for row in table("cuda")["last-driver"]["rows"]:
        if row["major"] == capability[0] and capability[1] <= row.get("minor", 9):
            return int(row["branch"])
    return None


@cache
def is_data_centre(name: str) -> bool:
    """Whether a GPU of that product name is one of NVIDIA's data-centre GPUs, which take compatibility libraries."""
    words = frozenset(name.replace("-", " ").split())
    return not words.isdisjoint(table("cuda")["data-centre"]["words"]) and "GeForce" not in words


@cache
def _natives() -> tuple[tuple[Version, tuple[int, ...], str], ...]:
    rows = table("cuda")["native"]["rows"]
    return tuple((version_pair(row["cuda"]), parse_driver(row["driver"]) or (), row["driver"]) for row in rows)


@cache
def _is_verified(cuda: Version) -> bool:
    return any(version_pair(row["cuda"]) == cuda and row["mark"] != "U" for row in table("cuda")["native"]["rows"])
