"""CDI names as a host lists them.

The engine takes a CDI name only as its specification spells it: nvidia-ctk names each GPU by index, by UUID or by both,
as it was told (`--device-name-strategy`). Source: NVIDIA Container Toolkit, docs of `nvidia-ctk cdi generate`.
"""

from stacks.allocation import CDI_GPU, ClaimKind
from stacks.hosts.snapshot import GpuMatch, HostSnapshot
from stacks.renderers.selection import Name, Selection


def as_listed(selection: Selection, host: HostSnapshot) -> tuple[Selection, list[str]]:
    """The selection with names that the host's CDI devices have, and what was renamed, in words."""
    if selection.kind is ClaimKind.ALL or selection.is_nothing:
        return selection, []
    notes: list[str] = []
    names: dict[str, Name] = {}
    for name in selection.as_names():
        value = _listed(name.value, host)
        if value is None:
            names.setdefault(name.value, name)
            continue
        notes.append(f"`{name.value}` is written as `{value}`, which is what CDI on this host calls that GPU")
        names.setdefault(value, Name(value, value))
    if not notes:
        return selection, []
    return Selection(ClaimKind.IDENTIFIERS, names=tuple(names.values())), notes


def _listed(name: str, host: HostSnapshot) -> str | None:
    """Another name for the same GPU, where this one is not to be had by CDI."""
    match = host.resolve_gpu(name)
    if match is None:
        return None
    full = _full_names(match)
    listed = None if host.engine is None else host.engine.cdi_devices
    if listed is None:  # no list: UUIDs have at least to be whole, and older names of MIG instances hold a slash
        if name in full:
            return None
        return next((each for each in reversed(full) if each.casefold().startswith(name.casefold())), full[0])
    known = {each.removeprefix(CDI_GPU) for each in listed if each.startswith(CDI_GPU)}
    return None if name in known else next((each for each in full if each in known), None)


def _full_names(match: GpuMatch) -> tuple[str, ...]:
    """The names that nvidia-ctk may give it: by index, then by UUID."""
    gpu, instance = match.gpu, match.mig_instance
    position, uuid = str(gpu.index), gpu.uuid
    if instance is not None:
        position, uuid = f"{gpu.index}:{instance.index}", instance.uuid
    return (position,) if uuid is None else (position, uuid)
