"""Reads `nvidia-smi -L`: a line for each GPU, and below it an indented one for each of its MIG instances."""

import re
from dataclasses import replace

from stacks.hosts.pasted import gpus_in_words
from stacks.hosts.snapshot import Gpu, HostSnapshot, MigInstance, Note, NoteLevel, SnapshotError, Source
from stacks.patterns import lazy_pattern

GPU_LINE = lazy_pattern(r"\s*GPU (\d{1,6}): (.+?) \(UUID: ([^\s()]+)\)\s*", re.ASCII)
_MIG_LINE = lazy_pattern(r"\s*MIG (\S+)\s+Device\s+(\d{1,6}): \(UUID: (MIG-[^\s()]+)\)\s*", re.ASCII)
_BEGUN = lazy_pattern(r"\s*(?:GPU \d|MIG\b|G$|GP$|GPU$)", re.ASCII)


def is_begun(line: str) -> bool:
    """Whether the line starts as one of `nvidia-smi -L` does, even if it is cut off."""
    return _BEGUN.match(line) is not None


def read_list(text: str, taken_at: str) -> HostSnapshot:
    """The host that `nvidia-smi -L` lists. Memory, driver and CUDA version are not in it and stay unknown.

    Raises SnapshotError for a line that is cut off, saying which and how many GPUs came before it.
    """
    gpus: list[Gpu] = []
    notes: list[Note] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if match := GPU_LINE.fullmatch(line):
            gpus.append(Gpu(index=int(match[1]), name=match[2], uuid=match[3]))
        elif gpus and (match := _MIG_LINE.fullmatch(line)):
            gpus[-1] = _with_instance(gpus[-1], MigInstance(index=int(match[2]), profile=match[1], uuid=match[3]))
        elif is_begun(line):
            raise SnapshotError(
                f"line {number}: not a whole line of `nvidia-smi -L`: `{line.strip()[:80]}`; "
                f"{gpus_in_words(len(gpus))} complete before it. Paste all of its output."
            )
        elif line.strip():
            notes.append(Note(NoteLevel.WARNING, f"line {number} is not from `nvidia-smi -L`: {line.strip()[:200]}"))
    return HostSnapshot(Source.NVIDIA_SMI_LIST, taken_at, gpus=tuple(gpus), notes=tuple(notes))


def _with_instance(gpu: Gpu, instance: MigInstance) -> Gpu:
    return replace(gpu, mig_enabled=True, mig_instances=(*gpu.mig_instances, instance))
