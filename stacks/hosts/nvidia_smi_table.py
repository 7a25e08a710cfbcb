"""Reads the table that plain `nvidia-smi` prints. It shows no UUIDs, and cuts long names with dots."""

import re
from collections.abc import Callable
from typing import TypeVar

from stacks.hosts import nvidia_smi_values as values
from stacks.hosts.pasted import gpus_in_words
from stacks.hosts.snapshot import Gpu, HostSnapshot, Note, NoteLevel, SnapshotError, Source
from stacks.patterns import lazy_pattern

Value = TypeVar("Value")
_LINE_LIMIT = 200
_INSTEAD = "Paste all of the table, or better the output of `nvidia-smi -q -x`."
_DRIVER = lazy_pattern(r"Driver Version:\s*([\w.]+)")
_CUDA = lazy_pattern(r"CUDA Version:\s*([\w./!]+)")
# The three cells of a GPU's first, second and third line; the third, with MIG, is missing in drivers before 450.
_FIRST = lazy_pattern(
    r"\|\s*(\d{1,6})\s+(\S.*?)\s+(?:On|Off|N/A|TCC|WDDM|MCDM)\s*\|\s*([0-9A-Fa-f:.]{7,})\s+\S+\s*\|.*\|", re.ASCII
)
_SECOND = lazy_pattern(r"\|[^|]*\|\s*([^|]*?)\s*\|\s*(?:\d{1,3}%|N/A|ERR!)\s+(\S[^|]*)\|", re.ASCII)
_THIRD = lazy_pattern(r"\|\s*\|\s*\|\s*(\S[^|]*)\|")
_NEXT_PART = lazy_pattern(r"\|\s*(?:Processes|MIG devices):")


def is_title(line: str) -> bool:
    """Whether the line is the table's first, with the versions of nvidia-smi and of the driver."""
    return line.lstrip().startswith("|") and "NVIDIA-SMI " in line


def read_table(text: str, taken_at: str) -> HostSnapshot:
    """The host that the table of `nvidia-smi` shows, without UUIDs and MIG instances.

    Raises SnapshotError for a table that is cut off, or that is not laid out as nvidia-smi does.
    """
    lines = text.split("\n")
    gpus = [_gpu(lines, i) for i in _first_lines(lines)]
    if not gpus:
        raise SnapshotError(f"the table of nvidia-smi shows no GPU. {_INSTEAD}")
    driver, cuda = _DRIVER.search(text), _CUDA.search(text)
    return HostSnapshot(
        Source.NVIDIA_SMI_TABLE,
        taken_at,
        gpus=tuple(gpus),
        driver_version=None if driver is None else driver[1],
        cuda_version=None if cuda is None else _read(values.version, cuda[1], 1, "CUDA Version"),
        notes=tuple(_notes(gpus)),
    )


def _row(pattern: re.Pattern[str], lines: list[str], i: int) -> re.Match[str] | None:
    """The cells of line `i`; None where there is no such line, or it is longer than nvidia-smi's table is wide."""
    if i >= len(lines) or len(lines[i]) > _LINE_LIMIT:
        return None
    return pattern.fullmatch(lines[i].strip())


def _first_lines(lines: list[str]) -> list[int]:
    """Where each GPU starts: below the head and below each rule, up to the next part of the output."""
    found: list[int] = []
    below_head = below_rule = False
    for i, line in enumerate(lines):
        if _NEXT_PART.match(line.strip()):
            return found
        if below_head and below_rule and line.lstrip().startswith("|"):
            found.append(i)
        below_head = below_head or line.lstrip().startswith("|==")
        below_rule = line.lstrip().startswith(("|==", "+--")) or (below_rule and not line.strip())
    last = max((number for number, line in enumerate(lines, start=1) if line.strip()), default=1)
    raise SnapshotError(
        f"line {last}: the table of nvidia-smi ends before its part `Processes`; "
        f"{gpus_in_words(len(found) if below_rule or not found else len(found) - 1)} complete. {_INSTEAD}"
    )


def _gpu(lines: list[str], i: int) -> Gpu:
    first, second, third = _row(_FIRST, lines, i), _row(_SECOND, lines, i + 1), _row(_THIRD, lines, i + 2)
    if first is None or second is None:
        wrong = i + 1 if first is None else i + 2
        raise SnapshotError(f"line {wrong}: not a line of nvidia-smi's table of GPUs. {_INSTEAD}")
    used, _, total = second[1].partition("/") if "MiB" in second[1] else ("", "", "")
    mig_enabled = None if third is None else _read(values.is_enabled, third[1].strip().rstrip("*"), i + 3, "MIG M.")
    return Gpu(
        index=int(first[1]),
        name=first[2],
        memory_used=_read(values.size, used, i + 2, "Memory-Usage"),
        memory_total=_read(values.size, total, i + 2, "Memory-Usage"),
        pci_bus_id=_read(values.pci_bus_id, first[3], i + 1, "Bus-Id"),
        compute_mode=_read(values.compute_mode, second[2], i + 2, "Compute M."),
        mig_enabled=mig_enabled,
        mig_instances_known=mig_enabled is False,
    )


def _read(read: Callable[[str], Value | None], cell: str, line: int, column: str) -> Value | None:
    try:
        return read(cell)
    except ValueError as error:
        raise SnapshotError(f"line {line}, `{column}`: {error}") from error


def _notes(gpus: list[Gpu]) -> list[Note]:
    text = "the table of nvidia-smi shows no UUIDs: paste `nvidia-smi -q -x` instead to pin GPUs by UUID"
    notes = [Note(NoteLevel.WARNING, text)]
    cut = ", ".join(str(gpu.index) for gpu in gpus if gpu.name.endswith("..."))
    if cut:
        notes.append(Note(NoteLevel.WARNING, f"the table cuts the names of these GPUs: {cut}"))
    return notes
