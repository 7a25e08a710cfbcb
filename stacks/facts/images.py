"""What is known of images: look-ups in `images.toml` by the text of an image reference."""

import re
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple

from stacks.compose.images import ImageReference, parse_image
from stacks.facts.tables import table, version_pair
from stacks.patterns import lazy_pattern

Version = tuple[int, int]


class GpuKind(StrEnum):
    """What an image does with a GPU: needs it, uses it where there is one, has no use for it, is another maker's."""

    REQUIRED = "required"
    USEFUL = "useful"
    NONE = "none"
    OTHER = "other"
    UNKNOWN = "unknown"


class KnownImage(NamedTuple):
    """What is known of an image whatever its tag. Sizes are as Compose writes them (`8gb`); `health` is an HTTP path.

    `shm` is the shared memory that it is commonly run with, `memory` the RAM below which its libraries do not load.
    `ulimits`: it asks for limits of its own (memlock -1, stack 67108864).
    `driver_capabilities` are the words of NVIDIA_DRIVER_CAPABILITIES that it needs beyond the toolkit's own choice, and
    `brings_capabilities` says that the image names them itself. `suggestion` is a reference with a pinned tag.
    `is_verified` is False for facts from hearsay.
    """

    name: str
    title: str
    gpu: GpuKind
    port: int | None
    health: str | None
    volumes: tuple[str, ...]
    environment: tuple[str, ...]
    shm: str | None
    shm_is_verified: bool
    memory: str | None
    ulimits: bool
    observes: bool
    driver_capabilities: tuple[str, ...]
    brings_capabilities: bool
    suggestion: str | None
    is_verified: bool
    source: str


class ImageFacts(NamedTuple):
    """What is known of one reference, its tag included.

    `cuda` is the CUDA of the image, or, with `cuda_is_minimum`, the oldest that it can be. `capabilities` is the
    first and the last compute capability on which the image starts, where it was compiled for one architecture.
    `brings_compatibility` is False where it lacks the libraries that let a newer CUDA run on an older driver.
    `limited` says what this tag leaves to the CPU though it can use a GPU. `is_client`: it asks a server, and is none.
    """

    reference: ImageReference | None
    known: KnownImage | None = None
    gpu: GpuKind = GpuKind.UNKNOWN
    cuda: Version | None = None
    cuda_is_minimum: bool = False
    cuda_is_verified: bool = True
    capabilities: tuple[Version, Version] | None = None
    limited: str | None = None
    brings_compatibility: bool = True
    is_client: bool = False


class LeastCapability(NamedTuple):
    """The oldest compute capability that an image has programs for, and what to do below it."""

    capability: Version
    hint: str | None
    is_verified: bool


@lru_cache(maxsize=4096)
def least_capability(text: str) -> LeastCapability | None:
    """What an image, by its text, needs at least; None where that is not known."""
    reference = image_facts(text).reference
    row = _row(reference.name) if reference is not None else None
    if reference is None or row is None or image_facts(text).gpu in (GpuKind.NONE, GpuKind.OTHER):
        return None
    for each in row.get("least", ()):
        if _pattern(each.get("pattern", "")).search(reference.tag or ""):
            return LeastCapability(version_pair(each["capability"]), each.get("hint"), each["mark"] != "U")
    return None


@lru_cache(maxsize=4096)
def image_facts(text: str) -> ImageFacts:
    """The facts of an image by its text, after interpolation; empty ones for what is no reference or not known."""
    reference = parse_image(text)
    if not isinstance(reference, ImageReference):
        return ImageFacts(None)
    row = _row(reference.name)
    if row is None:
        return ImageFacts(reference)
    known = _known(row["name"])
    tag = reference.tag or ("latest" if reference.digest is None else "")
    for refinement in row.get("tags", ()):
        match = _pattern(refinement["pattern"]).search(tag)
        if match is not None:
            return ImageFacts(
                reference,
                known,
                GpuKind(refinement.get("gpu", known.gpu)),
                *_cuda(refinement, match),
                capabilities=_capabilities(refinement),
                limited=refinement.get("limited"),
                brings_compatibility=refinement.get("compatibility", True),
                is_client=refinement.get("client", False),
            )
    return ImageFacts(reference, known, known.gpu)


def with_tag(text: str, tag: str) -> str:
    """The reference `text` with another tag, its registry and name as they are written; it must have no digest."""
    reference = image_facts(text).reference
    written = reference.tag if reference is not None else None
    return f"{text.removesuffix(f':{written}') if written is not None else text}:{tag}"


def gpu_tag(reference: ImageReference) -> str | None:
    """The tag for NVIDIA GPUs of the same version, of an image whose tag is for the CPU; None where none is known."""
    row, tag = _row(reference.name) or {}, reference.tag or "latest"
    for each in row.get("gpu_tags", ()):
        match = _pattern(each["pattern"]).fullmatch(tag)
        if match is not None:
            return match.expand(each["tag"])
    return None


def known_image(reference: ImageReference) -> KnownImage | None:
    """What is known of an image whatever its tag; None for one that the table does not have."""
    row = _row(reference.name)
    return None if row is None else _known(row["name"])


def tag_for_capability(reference: ImageReference, capability: Version) -> str | None:
    """The tag of an image that is published once for each GPU architecture, for a GPU of that compute capability.

    The version stays as it is in the reference; None where no tag is known to fit.
    """
    row = _row(reference.name) or {}
    for prefix, low, high in ((each["prefix"], each["capability"], each["up_to"]) for each in row.get("builds", ())):
        if version_pair(low) <= capability <= version_pair(high):
            version = (reference.tag or "latest").rpartition("-")[2]
            return f"{prefix}{version}"
    return None


@cache
def image_suggestions() -> tuple[KnownImage, ...]:
    """The images that a form suggests, in the order of the table; each has a `suggestion`."""
    return tuple(known for row in table("images")["image"] if (known := _known(row["name"])).suggestion is not None)


def _capabilities(refinement: dict[str, Any]) -> tuple[Version, Version] | None:
    if "capability" not in refinement:
        return None
    return version_pair(refinement["capability"]), version_pair(refinement["up_to"])


def _cuda(refinement: dict[str, Any], match: re.Match[str]) -> tuple[Version | None, bool, bool]:
    """The CUDA that a tag states, whether it is only the oldest possible one, and whether that is sure."""
    rule: str | None = refinement.get("cuda")
    if rule is None:
        return None, False, True
    groups = match.groupdict()
    if rule == "month":
        return _cuda_of_month(groups["month"])
    if rule != "pattern":
        return version_pair(rule), refinement.get("cuda_least", False), refinement.get("cuda_mark") != "U"
    minor = groups.get("minor")
    return (int(groups["major"][:4]), int((minor or "0")[:4])), minor is None, True


def _cuda_of_month(month: str) -> tuple[Version | None, bool, bool]:
    before = [row for row in table("images")["months"]["rows"] if row["month"] <= month]
    if not before:
        return None, False, True
    row = before[-1]
    return version_pair(row["cuda"]), row["month"] != month, row["mark"] == "S"


@cache
def _rows() -> tuple[dict[str, dict[str, Any]], tuple[dict[str, Any], ...]]:
    rows = table("images")["image"]
    exact = {name: row for row in rows for name in (row["name"], *row.get("aliases", ())) if not name.endswith("*")}
    return exact, tuple(row for row in rows if row["name"].endswith("*"))


def _row(name: str) -> dict[str, Any] | None:
    exact, prefixes = _rows()
    return exact.get(name) or next((row for row in prefixes if name.startswith(row["name"][:-1])), None)


@cache
def _known(name: str) -> KnownImage:
    row = next(row for row in table("images")["image"] if row["name"] == name)
    familiar = name.removeprefix("docker.io/").removeprefix("library/")
    mark = row["mark"]
    return KnownImage(
        name=name,
        title=row["title"],
        gpu=GpuKind(row["gpu"]),
        port=row.get("port"),
        health=row.get("health"),
        volumes=tuple(row.get("volumes", ())),
        environment=tuple(row.get("environment", ())),
        shm=row.get("shm"),
        shm_is_verified=row.get("shm_mark", mark) != "U",
        memory=row.get("memory"),
        ulimits=row.get("ulimits", False),
        observes=row.get("observes", False),
        driver_capabilities=tuple(row.get("driver_capabilities", ())),
        brings_capabilities=row.get("brings_capabilities", False),
        suggestion=f"{familiar}:{row['tag']}" if "tag" in row else None,
        is_verified=mark != "U",
        source=row["source"],
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return lazy_pattern(text)
