"""The tags of NVIDIA's CUDA images: what one says, and which one to write in place of a tag that cannot be pulled."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from stacks.facts.cuda import newest_cuda
from stacks.facts.tables import table, version_pair

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot

Version = tuple[int, int]

CUDA_IMAGES = frozenset({"docker.io/nvidia/cuda", "nvcr.io/nvidia/cuda"})
_FLAVOURS = ("base", "runtime", "devel")
_SYSTEM = (
    r"ubuntu\d\d\.\d\d|ubi\d+|rockylinux\d+|centos\d+|oraclelinux\d+|opensuse\d+|cm\d+|amzn\d+"
    r"|azl\d+|azurelinux[\d.]+|kylin\d+"
)
_VERSION = r"\d+\.\d+(?:\.\d+)?"
_GRAMMAR = r"\d+\.\d+\.\d+(?:-cudnn8?|-tensorrt)?-(?:base|runtime|devel)-[a-z]+[\d.]+"


class CudaTag(NamedTuple):
    """The parts that a tag names, in whatever order; None or False for those that it does not."""

    text: str
    version: str | None
    cudnn: bool
    flavour: str | None
    system: str | None

    @property
    def cuda(self) -> Version | None:
        return None if self.version is None else version_pair(self.version)

    @property
    def follows_grammar(self) -> bool:
        """Whether the parts are complete and stand in the order that NVIDIA's tags have."""
        return re.fullmatch(_GRAMMAR, self.text) is not None


@cache
def parse_cuda_tag(text: str) -> CudaTag:
    """Read a tag of `nvidia/cuda`; never fails, since people write tags that do not exist."""
    parts = text.lower().split("-")
    version = next((part for part in parts if re.fullmatch(_VERSION, part)), None)
    return CudaTag(
        text,
        version,
        any(part.startswith("cudnn") for part in parts),
        next((part for part in parts if part in _FLAVOURS), None),
        next((part for part in parts if re.fullmatch(_SYSTEM, part)), None),
    )


def is_withdrawn(tag: CudaTag) -> bool:
    """Whether the tags of this version were deleted."""
    if tag.version is None or tag.cuda is None:
        return False
    versions = _withdrawn()
    return tag.version in versions or f"{tag.cuda[0]}.{tag.cuda[1]}" in versions


def older_system(tag: CudaTag) -> str | None:
    """The tag with an older system, where CUDA of this version came before the system that it names."""
    for row in table("cuda_tags")["since"]:
        if tag.system == row["system"] and tag.cuda is not None and tag.cuda < version_pair(row["version"]):
            return tag.text.replace(row["system"], row["before"])
    return None


def is_overdue(tag: CudaTag) -> bool:
    """Whether NVIDIA's policy lets the tags of this version be deleted by now."""
    return tag.cuda is not None and tag.cuda <= version_pair(table("cuda_tags")["overdue"]["version"])


@cache
def replacement(text: str | None, newest: Version | None = None) -> str:
    """A tag that exists, with the flavour and cuDNN of `text`.

    `newest` is the newest CUDA that the host's driver runs: the tag is no newer, where there is such a tag. Without it
    the tag is the first of the table, a CUDA that most current drivers run.
    """
    wanted = parse_cuda_tag(text or "")
    row = _best_row(newest)
    systems: list[str] = row["systems"]
    system = next((name for name in systems if name == wanted.system), systems[0])
    flavour = wanted.flavour or "base"
    if wanted.cudnn and flavour == "base":
        flavour = "runtime"  # NVIDIA publishes cuDNN with `runtime` and `devel` for all of these versions
    cudnn = [row["cudnn"]] if wanted.cudnn else []
    return "-".join([row["version"], *cudnn, flavour, system])


def in_order(tag: CudaTag) -> str | None:
    """The parts of a tag as NVIDIA orders them; None where the last number of the version is missing and not known."""
    version = tag.version or ""
    if version.count(".") == 1:
        patches = (row["version"] for row in table("cuda_tags")["current"])
        version = next((patch for patch in patches if version_pair(patch) == tag.cuda), "")
    if not version:
        return None
    cudnn = ("cudnn8" if tag.cuda is not None and tag.cuda < (12, 4) else "cudnn",) if tag.cudnn else ()
    flavour = tag.flavour or "base"
    return "-".join((version, *cudnn, "runtime" if cudnn and flavour == "base" else flavour, tag.system or ""))


def newest_for(host: "HostSnapshot | None") -> Version | None:
    """The newest CUDA that the host's driver runs; None where there is no host, or its driver is not known."""
    if host is None:
        return None
    return host.cuda_version or (newest_cuda(host.driver_version) if host.driver_version else None)


def _best_row(newest: Version | None) -> dict[str, Any]:
    """The first row where the driver runs it; else the newest that it runs in full, or the oldest of its major one."""
    rows: list[dict[str, Any]] = table("cuda_tags")["current"]
    if newest is None or version_pair(rows[0]["version"]) <= newest:
        return rows[0]
    overdue = version_pair(table("cuda_tags")["overdue"]["version"])
    full = [row for row in rows if overdue < version_pair(row["version"]) <= newest]
    if full:
        return max(full, key=lambda row: version_pair(row["version"]))
    same = [row for row in rows if version_pair(row["version"])[0] == newest[0]]
    return min(same or rows, key=lambda row: version_pair(row["version"]))


@cache
def _withdrawn() -> frozenset[str]:
    return frozenset(version for row in table("cuda_tags")["withdrawn"]["rows"] for version in row["versions"])
