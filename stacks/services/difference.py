"""The difference of two texts, line by line, with the equal stretches folded away."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

COMPARED_LINES = 4000
"""Above so many changed lines the comparison line by line would take seconds; the stretch is shown as replaced."""


class LineKind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a difference; numbers count from 1. For FOLDED, `text` says how many lines are left out."""

    kind: LineKind
    old_number: int | None
    new_number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    lines: tuple[DiffLine, ...]
    added: int
    removed: int

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed)


def compare(old: str, new: str, *, context: int = 3) -> Difference:
    """The difference that leads from `old` to `new`, with so many equal lines around each change."""
    before, after = _lines(old), _lines(new)
    if not old or not new or old.endswith("\n") == new.endswith("\n"):
        before, after = before[: len(before) - old.endswith("\n")], after[: len(after) - new.endswith("\n")]
    lines: list[DiffLine] = []
    operations = _operations(before, after)
    for place, (kind, old_start, old_end, new_start, new_end) in enumerate(operations):
        if kind == "equal":
            first, last = place == 0, place == len(operations) - 1
            lines += _equal(before[old_start:old_end], old_start, new_start, context, first, last)
            continue
        lines += [DiffLine(LineKind.REMOVED, n + 1, None, before[n]) for n in range(old_start, old_end)]
        lines += [DiffLine(LineKind.ADDED, None, n + 1, after[n]) for n in range(new_start, new_end)]
    return Difference(
        tuple(lines),
        added=sum(line.kind is LineKind.ADDED for line in lines),
        removed=sum(line.kind is LineKind.REMOVED for line in lines),
    )


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _operations(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Opcodes as difflib's, after the equal head and tail are taken off: most edits touch a few lines."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next((n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head)
    old_end, new_end = len(before) - tail, len(after) - tail
    operations = [("equal", 0, head, 0, head)] if head else []
    if max(old_end - head, new_end - head) > COMPARED_LINES:
        operations.append(("replace", head, old_end, head, new_end))
    elif old_end > head or new_end > head:
        matcher = SequenceMatcher(None, before[head:old_end], after[head:new_end], autojunk=False)
        operations += [(k, a + head, b + head, c + head, d + head) for k, a, b, c, d in matcher.get_opcodes()]
    if tail:
        operations.append(("equal", old_end, len(before), new_end, len(after)))
    return operations


def _equal(texts: list[str], old_start: int, new_start: int, context: int, first: bool, last: bool) -> list[DiffLine]:
    """An equal stretch with its middle folded; the start and the end of the text need no context outwards."""
    lines = [DiffLine(LineKind.SAME, old_start + n + 1, new_start + n + 1, text) for n, text in enumerate(texts)]
    keep_before, keep_after = 0 if first else context, 0 if last else context
    folded = len(lines) - keep_before - keep_after
    if folded < 2:
        return lines
    words = f"{folded} equal lines"
    fold = DiffLine(LineKind.FOLDED, None, None, words)
    return [*lines[:keep_before], fold, *lines[len(lines) - keep_after :]]
