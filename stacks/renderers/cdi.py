"""CDI names under `devices`: `nvidia.com/gpu=0`.

Docker Compose takes them since 2.30.0; the engine needs CDI, which is on from 28.3 and can be switched on from 25.0.
Source: compose-go 3a95a0872; moby, docs of dockerd 28.3.0. A name with a colon (`0:1`, a MIG instance) goes into the
long form, because Compose cuts the short one at the colon.
"""

from collections.abc import Iterator

from stacks.allocation import CDI_GPU, ClaimKind, ClaimOrigin, GpuClaim
from stacks.compose.device_paths import parse_cdi_name
from stacks.compose.emitting import Emittable
from stacks.compose.gpu_identifiers import identifier_kind
from stacks.compose.nodes import Mapping
from stacks.renderers.selection import Name, Need, Selection, selection_of
from stacks.renderers.steps import (
    Dialect,
    Plan,
    Step,
    Writer,
    appending,
    as_names_note,
    remove_other_claims,
    remove_own_claims,
    setting,
)

_ALL = Name("all", "all")


def convert(need: Need, selection: Selection) -> Plan:
    names = (_ALL,) if selection.kind is ClaimKind.ALL else selection.as_names()
    wrong = [name.value or name.text for name in names if not _is_device(name)]
    if wrong:
        return Plan((), (f"`{', '.join(wrong)}` cannot be a CDI name, so this service is left as it was",))
    return Plan(tuple(_steps(need, names)), (*as_names_note(selection), *_lost(need, selection)))


def _is_device(name: Name) -> bool:
    """Whether CDI can have a GPU of this name; a PCI address is one to NVIDIA's hook alone."""
    is_known = name == _ALL or identifier_kind(name.value) is not None
    return is_known and parse_cdi_name(CDI_GPU + name.value) is not None


def _steps(need: Need, names: tuple[Name, ...]) -> Iterator[Step]:
    yield from remove_own_claims(need, ClaimOrigin.CDI)
    for name in names:
        yield appending((*need.service.path, "devices"), _device(name))
    yield from remove_other_claims(need, ClaimOrigin.CDI)


def _device(name: Name) -> Emittable:
    full = CDI_GPU + name.text
    return {"source": full, "target": full} if ":" in name.value else full


def _lost(need: Need, selection: Selection) -> Iterator[str]:
    if selection.is_nothing:
        yield "`count: 0` asks for no GPU; CDI has no words for that, so the request was taken out"
    if need.words:
        yield f"CDI always brings all driver libraries: the capabilities `{', '.join(need.words)}` were left out"
    if need.extra:
        yield f"`{', '.join(need.extra)}` cannot be said with CDI and was left out"


def rename(claim: GpuClaim, selection: Selection) -> Plan:
    if selection == selection_of(claim) or claim.mapping is None or not selection.names:
        return Plan()
    name = selection.names[0]
    if not _is_device(name):
        return Plan((), (f"`{name.value or name.text}` cannot be a CDI name, so it stays as it was",))
    path = (*claim.service.path, "devices", claim.mapping.index)
    node = claim.mapping.node
    if not isinstance(node, Mapping):
        return Plan((setting(path, _device(name)),))
    full = CDI_GPU + name.text
    return Plan((setting((*path, "source"), full), setting((*path, "target"), full)))


WRITER = Writer(
    Dialect.CDI,
    ClaimOrigin.CDI,
    "CDI devices (cdi)",
    "Docker Compose 2.30 or newer on an engine with CDI: 28.3 or newer, or 25.0 with CDI switched on",
    False,
    convert,
    rename,
)
