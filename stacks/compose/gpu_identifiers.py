"""The names by which a device request asks for one GPU, and what people write in their place.

The forms are those of the NVIDIA Container Toolkit (README, "NVIDIA_VISIBLE_DEVICES") and of its CDI specifications.
"""

import re
from enum import StrEnum

from stacks.compose.device_paths import parse_cdi_name
from stacks.patterns import lazy_pattern

NOTHING = frozenset({"none", "void"})
_UUID = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
_INDEX = lazy_pattern(r"[0-9]{1,4}\Z")
_MIG_POSITION = lazy_pattern(r"[0-9]{1,4}:[0-9]{1,4}\Z")
_LEGACY_MIG = lazy_pattern(r"(GPU-.+)/[0-9]+/[0-9]+\Z", re.IGNORECASE)
_NUMBERED = lazy_pattern(r"(?:cuda|gpu|nvidia|/dev/nvidia)[ :_#-]?([0-9]{1,3})\Z", re.IGNORECASE)
_RANGE = lazy_pattern(r"([0-9]{1,3})\s*(?:-|\.\.\.?|\bto\b)\s*([0-9]{1,3})\Z")
_LONGEST_RANGE = 64


class IdentifierKind(StrEnum):
    INDEX = "index"
    MIG_POSITION = "mig-position"
    GPU_UUID = "gpu-uuid"
    MIG_UUID = "mig-uuid"
    CDI = "cdi"


def identifier_kind(text: str) -> IdentifierKind | None:
    """What kind of name this is; None for what no engine takes. A UUID may be cut short: a unique prefix will do."""
    if _INDEX.match(text):
        return IdentifierKind.INDEX
    if _MIG_POSITION.match(text):
        return IdentifierKind.MIG_POSITION
    lowered = text.lower()
    if lowered.startswith("gpu-") and _is_uuid_prefix(lowered[4:]):
        return IdentifierKind.GPU_UUID
    if lowered.startswith("mig-"):
        legacy = _LEGACY_MIG.match(lowered[4:])
        if _is_uuid_prefix(lowered[4:]) or (legacy and _is_uuid_prefix(legacy.group(1)[4:])):
            return IdentifierKind.MIG_UUID
    return IdentifierKind.CDI if parse_cdi_name(text) else None


def is_whole_uuid(text: str) -> bool:
    """Whether this is a UUID without the `GPU-` or `MIG-` that has to stand before it."""
    return len(text) == len(_UUID) and _is_uuid_prefix(text.lower())


def repaired_identifier(text: str) -> str | None:
    """The name that was certainly meant by a text that is none, such as `cuda:0`, `" 0"` or `'0'`; else None."""
    stripped = text.strip().strip("'\"").strip()
    if stripped != text and identifier_kind(stripped):
        return stripped
    numbered = _NUMBERED.match(stripped)
    return str(int(numbered.group(1))) if numbered else None


def split_identifiers(text: str) -> tuple[str, ...]:
    """The names in one text that holds several, as `0,1`, `0;1`, `0 1`, `[0, 1]` or `0-3`; empty where it does not.

    Every part is a name as it should be written.
    """
    if text.isalnum():
        return ()
    inner = text.strip().removeprefix("[").removesuffix("]").strip()
    spread = _RANGE.match(inner)
    if spread:
        first, last = int(spread.group(1)), int(spread.group(2))
        return tuple(map(str, range(first, last + 1))) if first < last < first + _LONGEST_RANGE else ()
    parts = [part for part in re.split(r"[,;|\s]+", inner) if part]
    names = [part if identifier_kind(part) else repaired_identifier(part) for part in parts]
    if len(parts) < 2 and inner == text.strip():
        return ()
    return tuple(name for name in names if name is not None) if None not in names else ()


def _is_uuid_prefix(text: str) -> bool:
    if not 0 < len(text) <= len(_UUID):
        return False
    return all(
        letter == "-" if shape == "-" else letter in "0123456789abcdef"
        for letter, shape in zip(text, _UUID, strict=False)
    )
