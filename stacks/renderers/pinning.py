"""How the GPUs of a rendered file are named: as they were written, by UUID, by index, or by how many."""

from enum import StrEnum

from stacks.allocation import ClaimKind
from stacks.hosts.snapshot import GpuMatch, HostSnapshot
from stacks.renderers.selection import Name, RenderError, Selection, replaced


class Pin(StrEnum):
    """`count` is for GPUs 0 to N-1, which is what the engine gives for a count."""

    KEEP = "keep"
    UUID = "uuid"
    INDEX = "index"
    COUNT = "count"


def pinned(
    selection: Selection, pin: Pin, host: HostSnapshot | None, *, takes_counts: bool = True
) -> tuple[Selection, list[str]]:
    """The selection named as asked, and what could not be, in words. `all` stays `all`.

    Where counts cannot be written, one that goes over the host becomes names as well. Raises RenderError where a name
    that is needed can only be learnt from a host and none is given.
    """
    if pin is Pin.KEEP or selection.kind is ClaimKind.ALL or selection.is_nothing:
        return selection, []
    if pin is Pin.COUNT:
        return _by_count(selection, host)
    if selection.kind is ClaimKind.COUNT:
        return _counted(selection, pin, host, takes_counts)
    if pin is Pin.INDEX and all(name.value.isdecimal() for name in selection.names):
        return _resolved(selection)
    return _named(selection, pin, _known(host, pin))


def _known(host: HostSnapshot | None, pin: Pin) -> HostSnapshot:
    if host is None or host.gpus is None:
        word = "UUID" if pin is Pin.UUID else "index"
        reason = "no host was given" if host is None else "this host's GPUs are not known"
        raise RenderError(f"GPUs cannot be pinned by {word}: {reason}; choose a host, or keep them as written")
    return host


def _by_count(selection: Selection, host: HostSnapshot | None) -> tuple[Selection, list[str]]:
    if selection.kind is ClaimKind.COUNT:
        return selection, []
    indexes = [_index_of(name, host) for name in selection.names]
    names = ", ".join(name.value for name in selection.names)
    wanted = set(indexes)
    if wanted != set(range(len(wanted))):
        return selection, [f"a count always gives the first GPUs, so `{names}` cannot be a count and is kept"]
    return Selection(ClaimKind.COUNT, count=len(wanted)), _variables(selection.names)


def _index_of(name: Name, host: HostSnapshot | None) -> int | None:
    """The index of a whole GPU; None for a MIG instance and for what cannot be told."""
    if host is not None and host.gpus is not None:
        match = host.resolve_gpu(name.value)
        return match.gpu.index if match and match.mig_instance is None else None
    return int(name.value) if name.value.isascii() and name.value.isdecimal() else None


def _counted(
    selection: Selection, pin: Pin, host: HostSnapshot | None, takes_counts: bool
) -> tuple[Selection, list[str]]:
    notes = []
    if selection.count_text is not None:
        notes.append(replaced(selection.count_text, selection.count))
    by_index = Selection(ClaimKind.IDENTIFIERS, names=selection.as_names())
    if pin is Pin.INDEX and (host is None or host.gpus is None):
        return by_index, notes
    gpus = _known(host, pin).gpus or ()
    if selection.count > len(gpus) and takes_counts:
        return selection, [f"the host has {len(gpus)} GPUs, so `count: {selection.count}` is kept"]
    if pin is Pin.INDEX:
        return by_index, notes
    named, more = _named(by_index, pin, _known(host, pin))
    return named, notes + more


def _resolved(selection: Selection) -> tuple[Selection, list[str]]:
    names = tuple(Name(name.value, name.value) for name in selection.names)
    return Selection(ClaimKind.IDENTIFIERS, names=names), _variables(selection.names)


def _variables(names: tuple[Name, ...]) -> list[str]:
    return [replaced(name.text, name.value) for name in names if name.is_variable]


def _named(selection: Selection, pin: Pin, host: HostSnapshot) -> tuple[Selection, list[str]]:
    notes: list[str] = []
    names: dict[str, Name] = {}
    for name in selection.names:
        match = host.resolve_gpu(name.value)
        if match is None:
            notes.append(f"the host has no GPU `{name.value or name.text}`, so it stays as it is")
            names.setdefault(name.value, name)
            continue
        value, note = _name_of(match, name, pin)
        if note:
            notes.append(note)
        elif name.is_variable:
            notes.extend(_variables((name,)))
        names.setdefault(value, name if value == name.value and note else Name(value, value))
    return Selection(ClaimKind.IDENTIFIERS, names=tuple(names.values())), notes


def _name_of(match: GpuMatch, name: Name, pin: Pin) -> tuple[str, str]:
    """The name to write, and what kept it from being the one that was asked for."""
    instance = match.mig_instance
    if instance is not None:
        if pin is Pin.UUID and instance.uuid is not None:
            return instance.uuid, ""
        return name.value, f"`{name.value}` is a MIG instance and keeps its name"
    if pin is Pin.INDEX:
        return str(match.gpu.index), ""
    if match.gpu.uuid is None:
        return name.value, f"the UUID of GPU {match.gpu.index} is not known, so `{name.value}` stays"
    return match.gpu.uuid, ""
