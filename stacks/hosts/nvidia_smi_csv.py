"""Reads `nvidia-smi --query-gpu=… --format=csv`, whatever columns were asked for and in whatever order."""

from collections.abc import Callable
from typing import TypeVar

from stacks.hosts import nvidia_smi_values as values
from stacks.hosts.pasted import first_line, gpus_in_words
from stacks.hosts.snapshot import Gpu, HostSnapshot, Note, NoteLevel, SnapshotError, Source

Value = TypeVar("Value")

QUERY = (
    "nvidia-smi --query-gpu=index,uuid,name,memory.total,memory.used,compute_cap,driver_version,"
    "mig.mode.current,compute_mode,pci.bus_id --format=csv"
)
_ALIASES = {"gpu_name": "name", "gpu_uuid": "uuid", "gpu_bus_id": "pci.bus_id", "mig.mode": "mig.mode.current"}
_READ = {
    "index", "uuid", "name", "memory.total", "memory.used", "compute_cap", "driver_version", "mig.mode.current",
    "compute_mode", "pci.bus_id",
}  # fmt: skip


def is_header(line: str) -> bool:
    """Whether the line names columns of `--query-gpu`, at least one of them one that is read here."""
    names = [_column(cell)[0] for cell in line.split(",")]
    return all(_is_column_name(name) for name in names) and any(name in _READ for name in names)


def is_headless(line: str) -> bool:
    """Whether the line looks like a row of values, as `--format=csv,noheader` starts with."""
    cells = [cell.strip() for cell in line.split(",")]
    return len(cells) > 1 and any(
        cell.startswith(("GPU-", "NVIDIA ", "Tesla ", "GeForce ", "Quadro ")) or cell.endswith(" MiB") for cell in cells
    )


def read_csv(text: str, taken_at: str) -> HostSnapshot:
    """The host that the table describes; columns that were not asked for stay unknown.

    Raises SnapshotError for a row that is cut off or a value that cannot be, naming the line.
    """
    header_line, header = first_line(text)
    columns = [_column(cell) for cell in header.split(",")]
    _require_columns(header_line, [name for name, _ in columns])
    gpus: list[Gpu] = []
    driver_version = None
    for number, line in enumerate(text.split("\n")[header_line:], start=header_line + 1):
        if not line.strip():
            continue
        row = _row(number, line, columns, complete=len(gpus))
        gpus.append(_gpu(row, position=len(gpus)))
        driver_version = driver_version or row.get("driver_version", values.known_text)
    if not gpus:
        raise SnapshotError(f"line {header_line}: there is no row below the header. Paste all of the table.")
    names = [name for name, _ in columns]
    return HostSnapshot(
        Source.NVIDIA_SMI_CSV, taken_at, gpus=tuple(gpus), driver_version=driver_version, notes=tuple(_notes(names))
    )


def _notes(names: list[str]) -> list[Note]:
    notes = []
    if "index" not in names:
        notes.append(
            Note(NoteLevel.WARNING, "there is no column `index`: the rows were numbered from 0 in their order")
        )
    ignored = [name for name in names if name not in _READ]
    if ignored:
        notes.append(Note(NoteLevel.INFO, "columns that are not used were ignored: " + ", ".join(ignored)[:400]))
    return notes


def _column(cell: str) -> tuple[str, str]:
    """The name and the unit of a header such as `memory.total [MiB]`."""
    name, _, unit = cell.strip().partition(" [")
    lowered = name.strip().casefold()
    return _ALIASES.get(lowered, lowered), unit.rstrip("]") or "MiB"


def _is_column_name(name: str) -> bool:
    return bool(name) and name.isascii() and all(c.isalnum() or c in "._" for c in name) and not name[0].isdigit()


def _require_columns(line: int, names: list[str]) -> None:
    repeated = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if repeated is not None:
        raise SnapshotError(f"line {line}: the column `{repeated}` is there twice")
    if "name" not in names:
        raise SnapshotError(f"line {line}: there is no column `name`. Run: {QUERY}")


def _row(number: int, line: str, columns: list[tuple[str, str]], complete: int) -> "_Row":
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != len(columns) or not cells[-1]:
        raise SnapshotError(
            f"line {number}: {len([cell for cell in cells if cell])} values for {len(columns)} columns; "
            f"{gpus_in_words(complete)} complete before it. Paste all of the table."
        )
    return _Row(number, {name: (cell, unit) for (name, unit), cell in zip(columns, cells, strict=True)})


class _Row:
    """One line of values by column; reading a value that cannot be raises SnapshotError with line and column."""

    def __init__(self, number: int, cells: dict[str, tuple[str, str]]) -> None:
        self._number = number
        self._cells = cells

    def get(self, name: str, read: Callable[[str], Value | None]) -> Value | None:
        """The value under a column, None if there is no such column or it is not known."""
        cell, _ = self._cells.get(name, ("", ""))
        try:
            return read(cell)
        except ValueError as error:
            raise SnapshotError(f"line {self._number}, column `{name}`: {error}") from error

    def unit(self, name: str) -> str:
        return self._cells.get(name, ("", "MiB"))[1]


def _gpu(row: _Row, position: int) -> Gpu:
    index = row.get("index", values.whole_number)
    total, used = row.unit("memory.total"), row.unit("memory.used")
    return Gpu(
        index=position if index is None else index,
        name=row.get("name", values.known_text) or "unknown GPU",
        uuid=row.get("uuid", values.gpu_uuid),
        memory_total=row.get("memory.total", lambda cell: values.size(cell, unit=total)),
        memory_used=row.get("memory.used", lambda cell: values.size(cell, unit=used)),
        compute_capability=row.get("compute_cap", values.version),
        pci_bus_id=row.get("pci.bus_id", values.pci_bus_id),
        mig_enabled=(mig_enabled := row.get("mig.mode.current", values.is_enabled)),
        # The table has no column for instances: only a GPU with MIG off is known to have none.
        mig_instances_known=mig_enabled is False,
        compute_mode=row.get("compute_mode", values.compute_mode),
    )
