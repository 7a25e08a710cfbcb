"""The short syntax of devices: `HOST[:CONTAINER[:PERMISSIONS]]`, or the name of a CDI device.

Compose's rules: `transformDeviceMapping` in github.com/compose-spec/compose-go. The names of CDI devices:
https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md.
"""

from typing import NamedTuple

from stacks.compose.values import Invalid, quote
from stacks.patterns import lazy_pattern

DEFAULT_PERMISSIONS = "rwm"
_WORD = r"[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_DEVICE = r"[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?"
_CDI_NAME = lazy_pattern(rf"(?P<vendor>{_WORD})/(?P<kind>{_WORD})=(?P<device>{_DEVICE})")


class CdiName(NamedTuple):
    """The fully qualified name of a CDI device: `nvidia.com/gpu=0` is vendor `nvidia.com`, kind `gpu`, device `0`."""

    vendor: str
    kind: str
    device: str


class DevicePath(NamedTuple):
    """One item of `devices`. `source` may be empty: Compose lets that through."""

    source: str
    target: str
    permissions: str

    @property
    def cdi_name(self) -> CdiName | None:
        """The CDI device that is meant: Compose asks for one only where source and target are the same such name."""
        return parse_cdi_name(self.source) if self.source == self.target else None


def parse_device(text: str) -> DevicePath | Invalid:
    """The device that one item of `devices` states. Permissions are not checked: neither does Compose.

    A CDI name with a colon, such as `nvidia.com/gpu=0:1` for a MIG instance, is cut at the colon, as Compose cuts it.
    """
    parts = text.split(":")
    if len(parts) > 3:
        return Invalid(f"{quote(text)} has too many colons for a device: write `HOST[:CONTAINER[:PERMISSIONS]]`")
    source = parts[0]
    target = parts[1] if len(parts) > 1 and parts[1] else source
    return DevicePath(source, target, parts[2] if len(parts) == 3 else DEFAULT_PERMISSIONS)


def parse_cdi_name(text: str) -> CdiName | None:
    """The parts of a fully qualified CDI name; None for anything else, such as a path."""
    name = _CDI_NAME.fullmatch(text)
    return CdiName(name["vendor"], name["kind"], name["device"]) if name else None
