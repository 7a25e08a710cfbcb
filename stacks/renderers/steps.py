"""What dialects share: a dialect's place in the registry, requests as data, and the steps that take claims away."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from stacks.allocation import VISIBLE_DEVICES, ClaimKind, ClaimOrigin, GpuClaim
from stacks.compose.devices import CDI_DRIVER
from stacks.compose.edit_batch import EditBatch
from stacks.compose.editing import EditError
from stacks.compose.nodes import Path
from stacks.renderers.selection import (
    GPU_WORD,
    Need,
    RequestData,
    Selection,
    full_name,
    need_of,
    replaced,
    selection_of,
)

Step = Callable[[EditBatch], None]


class Dialect(StrEnum):
    """The ways to write a request for GPUs; `document` is the user's own text."""

    DOCUMENT = "document"
    DEPLOY = "deploy"
    GPUS = "gpus"
    RUNTIME = "runtime"
    CDI = "cdi"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that render one service, and what they cannot say, in words."""

    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()


def sum_of(plans: Iterable[Plan]) -> Plan:
    """The plans one after the other."""
    parts = tuple(plans)
    return Plan(
        tuple(step for plan in parts for step in plan.steps), tuple(note for plan in parts for note in plan.notes)
    )


@dataclass(frozen=True, slots=True)
class Writer:
    """How a dialect is written. `target` says, for a comment and a page, what can run the file.

    `convert` writes a need that stands in other ways too; `rename` names the GPUs of one claim, which is in this
    dialect already, as a selection says. `takes_counts` is false where only names can be written.
    """

    dialect: Dialect
    origin: ClaimOrigin
    title: str
    target: str
    takes_counts: bool
    convert: Callable[[Need, Selection], Plan]
    rename: Callable[[GpuClaim, Selection], Plan]


def request_data(need: Need, selection: Selection, *, capabilities: Iterable[str]) -> RequestData:
    """A request as an item of a list, in the order in which people write its keys."""
    data: RequestData = {} if need.driver is None else {"driver": need.driver}
    data |= selection_keys(selection, need.driver)
    words = list(capabilities)
    if words:
        data["capabilities"] = [*words]
    return data | need.extra


def selection_keys(selection: Selection, driver: str | None) -> RequestData:
    """`count` or `device_ids`."""
    if driver == CDI_DRIVER and selection.kind is ClaimKind.ALL:  # the engine's CDI driver refuses a count
        return {"device_ids": ["nvidia.com/gpu=all"]}
    if driver == CDI_DRIVER and selection.kind is ClaimKind.COUNT and not selection.is_nothing:
        return {"device_ids": [full_name(name, driver) for name in selection.as_names()]}
    if selection.kind is ClaimKind.IDENTIFIERS:
        return {"device_ids": [full_name(name, driver) for name in selection.names]}
    return {"count": selection.count_text or ("all" if selection.kind is ClaimKind.ALL else selection.count)}


def rename_request(claim: GpuClaim, selection: Selection) -> Iterator[Step]:
    """Give a request other GPUs, key by key, so that comments and the order of its keys stay."""
    if selection == selection_of(claim) or claim.request is None:
        return
    path = claim.request.path
    driver = claim.request.driver.string if claim.request.driver else None
    ((key, value),) = selection_keys(selection, driver).items()
    other = "count" if key == "device_ids" else "device_ids"
    if claim.request.get(other) is not None and claim.request.get(key) is None:
        need = need_of(claim.service, (claim,))
        whole = request_data(need, selection, capabilities=need.capabilities)
        yield lambda batch: _rename_or_replace(batch, path, other, key, whole)
    yield lambda batch: batch.set_value((*path, key), value)


def _rename_or_replace(batch: EditBatch, path: Path, old: str, new: str, whole: object) -> None:
    """Give a key another name; where it comes from elsewhere in the file, the mapping gets words of its own."""
    try:
        batch.rename_key((*path, old), new)
    except EditError:
        batch.set_value(path, whole)


def remove_other_claims(need: Need, kept: ClaimOrigin) -> Iterator[Step]:
    """Take away what asks for GPUs in other ways than the one that is kept. The last item of a list goes first."""
    for claim in sorted(need.claims, key=claim_index, reverse=True):
        if claim.origin is kept:
            continue
        if claim.request is not None:
            yield deleting(claim.request.path)
        elif claim.mapping is not None:
            yield deleting((*need.service.path, "devices", claim.mapping.index))
        else:
            yield lambda batch: batch.delete_environment(need.service.name, VISIBLE_DEVICES)


def remove_own_claims(need: Need, origin: ClaimOrigin, *, but_first: bool = False) -> Iterator[Step]:
    """Take away requests of the dialect that is written, all or all but the first, the last one first."""
    for claim in sorted(need.of(origin)[1 if but_first else 0 :], key=claim_index, reverse=True):
        if claim.request is not None:
            yield deleting(claim.request.path)
        elif claim.mapping is not None:
            yield deleting((*need.service.path, "devices", claim.mapping.index))


def claim_index(claim: GpuClaim) -> int:
    """Where a claim stands in its list."""
    if claim.mapping is not None:
        return claim.mapping.index
    return (claim.request.index or 0) if claim.request is not None else 0


def deleting(path: Path) -> Step:
    return lambda batch: batch.delete(path, prune=True)


def setting(path: Path, value: object) -> Step:
    return lambda batch: batch.set_value(path, value)


def appending(path: Path, value: object) -> Step:
    return lambda batch: batch.append_item(path, value)


def as_names_note(selection: Selection) -> tuple[str, ...]:
    """What to say where a count has to be written as names."""
    if selection.kind is ClaimKind.ALL and selection.count_text is not None:
        return (replaced(selection.count_text, "all"),)
    if selection.kind is not ClaimKind.COUNT or selection.is_nothing:
        return ()
    names = [name.text for name in selection.as_names()]
    named = f"GPU {names[0]}" if len(names) == 1 else f"GPUs {', '.join(names[:-1])} and {names[-1]}"
    written = selection.count_text or str(selection.count)
    return (f"`count: {written}` is written as {named}, which is what the engine gives for it",)


def has_only_gpu_word(need: Need) -> bool:
    return all(word == GPU_WORD for word in need.capabilities)
