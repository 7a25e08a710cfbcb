"""The single values that nvidia-smi prints, alike in its XML, CSV and table."""

import re

from stacks.hosts.snapshot import ComputeMode
from stacks.patterns import lazy_pattern

_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_SIZE = lazy_pattern(r"(\d{1,15})\s*(B|KiB|MiB|GiB)?", re.ASCII)
_PCI_BUS_ID = lazy_pattern(r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]", re.IGNORECASE | re.ASCII)
_UUID_LENGTH = len("GPU-00000000-0000-0000-0000-000000000000")
_VERSION = lazy_pattern(r"(\d{1,6})\.(\d{1,6})", re.ASCII)
# What nvidia-smi prints in place of a value that it cannot or may not tell; in CSV within brackets.
_UNKNOWN = frozenset(
    ("", "n/a", "not supported", "not available", "unknown error", "unknown", "insufficient permissions", "gpu is lost",
     "requested functionality has been deprecated", "not found", "err!", "error")
)  # fmt: skip
_COMPUTE_MODES = {
    "default": ComputeMode.DEFAULT,
    "exclusive_thread": ComputeMode.EXCLUSIVE_THREAD,
    "e. thread": ComputeMode.EXCLUSIVE_THREAD,
    "prohibited": ComputeMode.PROHIBITED,
    "exclusive_process": ComputeMode.EXCLUSIVE_PROCESS,
    "e. process": ComputeMode.EXCLUSIVE_PROCESS,
}


def known_text(text: str | None) -> str | None:
    """The text without surrounding blanks; None where nvidia-smi says that it does not know."""
    stripped = (text or "").strip()
    bare = stripped[1:-1] if stripped.startswith("[") and stripped.endswith("]") else stripped
    return None if bare.strip().casefold() in _UNKNOWN else stripped


def size(text: str | None, *, unit: str = "MiB") -> int | None:
    """Bytes of `143771 MiB`, or of a bare number in `unit`; None if not known. Raises ValueError for anything else."""
    value = known_text(text)
    if value is None:
        return None
    match = _SIZE.fullmatch(value)
    if match is None:
        raise ValueError(f"expected a size such as `24576 MiB`, got `{value[:40]}`")
    return int(match[1]) * _UNITS[match[2] or unit]


def whole_number(text: str | None) -> int | None:
    """A whole number, None if not known. Raises ValueError for anything else."""
    value = known_text(text)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise ValueError(f"expected a whole number, got `{value[:40]}`")
    return int(value)


def version(text: str | None) -> tuple[int, int] | None:
    """`13.0` as (13, 0), None if not known. Raises ValueError for anything else."""
    value = known_text(text)
    if value is None:
        return None
    match = _VERSION.fullmatch(value)
    if match is None:
        raise ValueError(f"expected a version such as `12.8`, got `{value[:40]}`")
    return int(match[1]), int(match[2])


def gpu_uuid(text: str | None) -> str | None:
    """A GPU's UUID, None if not known. Raises ValueError for one that is cut off."""
    value = known_text(text)
    if value is not None and value.startswith("GPU-") and len(value) != _UUID_LENGTH:
        raise ValueError(f"expected a UUID of {_UUID_LENGTH} characters, got `{value[:60]}`")
    return value


def pci_bus_id(text: str | None) -> str | None:
    """A place on the PCI bus, None if not known. Raises ValueError for one that is cut off."""
    value = known_text(text)
    if value is not None and not _PCI_BUS_ID.fullmatch(value):
        raise ValueError(f"expected a PCI bus id such as `00000000:01:00.0`, got `{value[:40]}`")
    return value


def is_enabled(text: str | None) -> bool | None:
    """`Enabled` or `Disabled`; None if not known, or where the GPU has no such mode."""
    value = known_text(text)
    if value is None:
        return None
    if value.casefold() not in ("enabled", "disabled"):
        raise ValueError(f"expected `Enabled` or `Disabled`, got `{value[:40]}`")
    return value.casefold() == "enabled"


def compute_mode(text: str | None) -> ComputeMode | None:
    """Who may open the GPU; None if not known. Raises ValueError for a mode that does not exist."""
    value = known_text(text)
    if value is None:
        return None
    if value.casefold() not in _COMPUTE_MODES:
        raise ValueError(f"expected a compute mode such as `Default`, got `{value[:40]}`")
    return _COMPUTE_MODES[value.casefold()]
