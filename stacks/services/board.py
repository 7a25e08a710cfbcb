"""The GPU board: the host's GPUs as columns, the services as rows, and who holds what."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from stacks.allocation import Allocation, ClaimKind, Holding, allocate
from stacks.compose.document import Document
from stacks.gpu_use import Hold, observes, overlapping
from stacks.hosts.snapshot import Gpu, HostSnapshot
from stacks.services.editor_gpu_form import gpu_words
from stacks.services.editor_gpus import Slot, slots

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Column:
    """A GPU, or a MIG instance. Sizes are words with their unit; `used` is the share of the memory in percent."""

    key: str
    title: str
    memory: str
    tail: str
    uuid: str
    used_words: str
    used: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """A GPU over its columns: one of its own, or one for each of its MIG instances."""

    index: int
    name: str
    is_mig: bool
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """`state` is empty, whole, part, all or count; `word` is what the cell says; `others` share the GPU with it."""

    key: str
    title: str
    state: str
    word: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A service. `asks` says in words what it asks for, where there are no cells to show it.

    `strangers` are the identifiers in its request that name nothing on the host.
    """

    service: str
    asks: str
    cells: tuple[Cell, ...]
    strangers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """`state` is ready, no-host, unknown (the snapshot cannot see GPUs) or no-gpus."""

    state: str
    driver: str
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    conflicts: int

    @property
    def knows_uuids(self) -> bool:
        """Whether every GPU and MIG instance of the board can be named by its UUID."""
        columns = [column for group in self.groups for column in group.columns]
        return bool(columns) and all(column.uuid for column in columns)

    @property
    def has_strangers(self) -> bool:
        return any(row.strangers for row in self.rows)


def board(document: Document, host: HostSnapshot | None) -> Board:
    """The board of a document, on the host where one is known."""
    if host is None or not host.gpus:
        state = "no-host" if host is None else "unknown" if host.gpus is None else "no-gpus"
        rows = tuple(Row(each.name, gpu_words(each), (), ()) for each in document.services)
        return Board(state, (host.driver_version if host else None) or "", (), rows, 0)
    allocation = allocate(document, host)
    columns = slots(host)
    rows = tuple(_rows(document, allocation, columns))
    conflicts = len({cell.key for row in rows for cell in row.cells if cell.others})
    return Board("ready", host.driver_version or "", tuple(_groups(columns)), rows, conflicts)


def _groups(columns: tuple[Slot, ...]) -> Iterator[Group]:
    for gpu, members in groupby(columns, key=lambda slot: slot.gpu):
        slots_of = list(members)
        yield Group(
            gpu.index,
            gpu.name.removeprefix("NVIDIA "),
            any(slot.instance for slot in slots_of),
            tuple(_column(slot) for slot in slots_of),
        )


def _column(slot: Slot) -> Column:
    gpu, instance = slot.gpu, slot.instance
    if instance is not None:
        uuid = instance.uuid or ""
        return Column(slot.key, instance.profile or slot.key, _gib(instance.memory_total), uuid[-8:], uuid, "", None)
    return Column(slot.key, str(gpu.index), _gib(gpu.memory_total), gpu.uuid_tail or "", gpu.uuid or "", *_use(gpu))


def _use(gpu: Gpu) -> tuple[str, int | None]:
    if gpu.memory_used is None or not gpu.memory_total:
        return "", None
    return f"{_gib(gpu.memory_used)} used", min(100, round(100 * gpu.memory_used / gpu.memory_total))


def _gib(size: int | None) -> str:
    return "" if size is None else f"{size / GIB:.1f}".removesuffix(".0") + " GiB"


def _rows(document: Document, allocation: Allocation, columns: tuple[Slot, ...]) -> Iterator[Row]:
    held: dict[tuple[str, str], Holding] = {}
    for holding in allocation.holdings:
        for slot in columns:
            if slot.gpu is holding.gpu and holding.mig_instance in (None, slot.instance):
                held.setdefault((holding.claim.service.name, slot.key), holding)
    sharing = _sharing(columns, held)
    unheld = [(slot, slot.key, _cell(slot, None, ())) for slot in columns]
    strangers: dict[str, list[str]] = {}
    for claim, identifier in allocation.unresolved:
        strangers.setdefault(claim.service.name, []).append(identifier.text)
    for service in document.services:
        name = service.name
        cells = tuple(
            _cell(slot, held[name, key], sharing.get((name, key), ())) if (name, key) in held else cell
            for slot, key, cell in unheld
        )
        yield Row(name, "", cells, tuple(dict.fromkeys(strangers.get(name, ()))))


def _sharing(columns: tuple[Slot, ...], held: dict[tuple[str, str], Holding]) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each service and column, the other services that hold the same at the same time."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for slot in columns:
        claims = [holding.claim for (_, key), holding in held.items() if key == slot.key]
        holds = [Hold(claim, claim.span, "any") for claim in claims if not observes(claim.service)]
        for hold, earlier in overlapping(holds, same_way=True):
            for other in earlier:
                pairs.setdefault((hold.claim.service.name, slot.key), []).append(other.claim.service.name)
                pairs.setdefault((other.claim.service.name, slot.key), []).append(hold.claim.service.name)
    return {place: tuple(dict.fromkeys(names)) for place, names in pairs.items()}


def _cell(slot: Slot, holding: Holding | None, others: tuple[str, ...]) -> Cell:
    title = f"GPU {slot.key}" if slot.instance is None else f"MIG {slot.instance.profile or ''} {slot.key}"
    if holding is None:
        return Cell(slot.key, title, "", "", ())
    kind = holding.claim.kind
    if kind is ClaimKind.ALL:
        state, word = "all", "all"
    elif kind is ClaimKind.COUNT:
        state, word = "count", "first" if holding.claim.count == 1 else f"first {holding.claim.count}"
    else:
        state, word = ("part", "part") if holding.mig_instance is not None else ("whole", "whole")
    return Cell(slot.key, title, state, word, others)
