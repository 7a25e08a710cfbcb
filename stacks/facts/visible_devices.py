"""How NVIDIA's toolkit reads NVIDIA_VISIBLE_DEVICES.

A list by commas of indexes, UUIDs, PCI addresses, MIG names and CDI names; `all`; `none` (the driver's libraries
alone); `void` and the empty value, which are nothing at all. Any of the last three in a list outweighs the rest.
Source: https://github.com/NVIDIA/nvidia-container-toolkit, internal/config/image/visible_devices.go.
"""

from typing import Final, NamedTuple

from stacks.compose.gpu_identifiers import identifier_kind
from stacks.patterns import lazy_pattern

_PCI_ADDRESS: Final = lazy_pattern(r"(?i)[\da-f]{1,8}:[\da-f]{2}:[\da-f]{2}(\.0)?")
NOTHING_WORDS = frozenset({"none", "void"})


class VisibleDevices(NamedTuple):
    """What a value says: its names, the word or the empty item that leaves no GPU, and the first part that is no name.

    `nothing` is None where no item takes all GPUs away; it is empty for an empty value or item.
    """

    names: tuple[str, ...]
    nothing: str | None = None
    malformed: str | None = None


def is_pci_address(text: str) -> bool:
    """Whether NVIDIA's hook takes this for the PCI address of a GPU, as `nvidia-smi` prints it: `00000000:18:00.0`.

    Source: https://github.com/NVIDIA/libnvidia-container/blob/main/src/cli/common.c (`matches_pci_format`).
    """
    return _PCI_ADDRESS.fullmatch(text) is not None


def read_visible_devices(value: str) -> VisibleDevices:
    """Read a value of NVIDIA_VISIBLE_DEVICES as the toolkit does."""
    parts = value.split(",")
    if not value.strip():
        return VisibleDevices((), "")
    nothing = next((part.strip() for part in parts if part.strip() in NOTHING_WORDS), None)
    names = tuple(part for part in parts if part.strip() not in NOTHING_WORDS and part)
    malformed = next((part for part in names if part != "all" and not _is_name(part)), None)
    return VisibleDevices(names, nothing, malformed)


def _is_name(text: str) -> bool:
    return identifier_kind(text) is not None or is_pci_address(text)
