"""The short syntax of volumes: `[SOURCE:]TARGET[:OPTIONS]`.

The rules are those of `ParseVolume` in github.com/compose-spec/compose-go, which knows no target platform: it takes a
single letter before a colon for a Windows drive everywhere.
"""

from enum import StrEnum
from typing import NamedTuple

from stacks.compose.values import Invalid, quote

PROPAGATIONS = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
SELINUX = frozenset({"z", "Z"})
_KNOWN_OPTIONS = PROPAGATIONS | SELINUX | {"ro", "rw", "nocopy"}


class VolumeType(StrEnum):
    BIND = "bind"
    VOLUME = "volume"


class VolumeMapping(NamedTuple):
    """A mount: a host path (bind), a named volume, or, without source, an anonymous volume. Paths are as written."""

    source: str | None
    target: str
    options: tuple[str, ...]
    type: VolumeType

    @property
    def read_only(self) -> bool:
        """Whether the container may only read; of several `ro` and `rw` the last counts."""
        return next((option == "ro" for option in reversed(self.options) if option in ("ro", "rw")), False)

    @property
    def ignored_options(self) -> tuple[str, ...]:
        """The options that Compose drops without a word, such as `cached` or a misspelt `r0`."""
        return tuple(option for option in self.options if option and option not in _KNOWN_OPTIONS)


def parse_volume(text: str) -> VolumeMapping | Invalid:
    """The mount that one item of `volumes` states."""
    if not text:
        return Invalid("a volume is empty: write `SOURCE:TARGET` or a path in the container")
    if len(text.encode("utf-8", "surrogatepass")) <= 2:
        return VolumeMapping(None, text, (), VolumeType.VOLUME)
    sections = _sections(text)
    if not all(sections):
        return Invalid(f"{quote(text)} has an empty part between colons: write `SOURCE:TARGET[:OPTIONS]`")
    if len(sections) > 3:
        return Invalid(f"{quote(text)} has too many colons: write `SOURCE:TARGET[:OPTIONS]`")
    if len(sections) == 1:
        return VolumeMapping(None, text, (), VolumeType.VOLUME)
    source, target = sections[:2]
    options = tuple(sections[2].split(",")) if len(sections) == 3 else ()
    return VolumeMapping(source, target, options, VolumeType.BIND if is_host_path(source) else VolumeType.VOLUME)


def _sections(text: str) -> list[str]:
    """The text cut at its colons, save those after a section of one letter: `C:\\data`."""
    sections: list[str] = []
    drive = ""
    *parts, last = text.split(":")
    for part in parts:
        if not drive and len(part) == 1 and part.isalpha():
            drive = part + ":"
            continue
        sections.append(drive + part)
        drive = ""
    return [*sections, drive + last]


def is_host_path(source: str) -> bool:
    """Whether a source is a path on the host, by its beginning (`.`, `/`, `~`, two backslashes, a Windows drive)."""
    return source.startswith((".", "/", "~", "\\\\")) or (source[:1].isalpha() and source[1:2] == ":")
