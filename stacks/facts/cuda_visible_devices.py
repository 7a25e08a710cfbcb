"""How CUDA reads CUDA_VISIBLE_DEVICES.

Measured with cuInit and cuDeviceGetCount on driver 580.159.04, CUDA 13.0, two H200 (2026-11-23); the rules are in the
CUDA C++ Programming Guide, "CUDA Environment Variables". The list ends at the first entry that is no GPU; a duplicate
leaves no GPU at all; a number is read as far as it goes (`0-1` is 0), and what follows such an entry is lost.
"""

from typing import NamedTuple

from stacks.patterns import lazy_pattern

HIDING_WORDS = frozenset({"none", "void", "nodevfiles"})
_NUMBER = lazy_pattern(r"\+?(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,9})")


class CudaVisibleDevices(NamedTuple):
    """What CUDA makes of a value, before it looks at which GPUs there are.

    `devices` are the GPUs in order, an index or a UUID (or a prefix of one) each. `cut_at` is the first entry that is
    no GPU, at which the list ends; `partly_read` an entry of which only the leading number counts; `duplicate` a GPU
    that is given twice, which leaves none.
    """

    devices: tuple[int | str, ...]
    cut_at: str | None = None
    partly_read: str | None = None
    duplicate: int | str | None = None

    @property
    def sees_nothing(self) -> bool:
        return not self.devices or self.duplicate is not None


def read_cuda_visible_devices(value: str) -> CudaVisibleDevices:
    """Read a value of CUDA_VISIBLE_DEVICES as CUDA does."""
    devices: list[int | str] = []
    for entry in value.split(","):
        text = entry.strip()
        if _is_uuid(text):
            device: int | str = text.lower()
        elif number := _NUMBER.match(text):
            device = int(number.group(1), 16 if number.group(1)[:2].lower() == "0x" else 10)
            if number.end() < len(text):
                return _read(devices, device, partly_read=text)
        else:
            return CudaVisibleDevices(tuple(devices), cut_at=text)
        if device in devices:
            return CudaVisibleDevices(tuple(devices), duplicate=device)
        devices.append(device)
    return CudaVisibleDevices(tuple(devices))


def _read(devices: list[int | str], device: int, partly_read: str) -> CudaVisibleDevices:
    duplicate = device if device in devices else None
    return CudaVisibleDevices((*devices, device), partly_read=partly_read, duplicate=duplicate)


def _is_uuid(text: str) -> bool:
    kind, dash, rest = text.partition("-")
    return bool(dash and rest) and kind.lower() in ("gpu", "mig")
