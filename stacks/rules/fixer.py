"""Applies fixes until nothing is left to repair."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from stacks.compose.source import OverlappingEditsError, TextEdit, apply
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Diagnostic, Severity

MAX_ROUNDS: Final = 20  # one fix may bring another rule's finding to light; a chain this long would be a fault of ours


@dataclass(frozen=True, slots=True)
class Applied:
    """A fix that was made: of which rule, what it did, and where the finding stood in the text of its round."""

    code: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """The repaired text, what was done to it, and the report on it."""

    text: str
    applied: tuple[Applied, ...]
    report: Report


def fix_all(
    text: str,
    environment: Mapping[str, str] | None = None,
    host: HostSnapshot | None = None,
    file_exists: Callable[[str], bool] | None = None,
    *,
    unsafe: bool = False,
    codes: Iterable[str] | None = None,
) -> Fixed:
    """Apply every safe fix (with `unsafe`, every fix), again and again until none is offered.

    A fix that would add an error is left out; so the errors afterwards are never more than before. `codes` keeps to
    the fixes of these rules.
    """
    wanted = None if codes is None else frozenset(codes)
    report = check_text(text, environment, host, file_exists)
    applied: list[Applied] = []
    refused: set[Hashable] = set()
    for _ in range(MAX_ROUNDS):
        chosen = [each for each in report.diagnostics if _is_wanted(each, unsafe, wanted, refused)]
        batch, edits = _compatible(chosen)
        if not edits:
            break
        after: Report | None = check_text(apply(text, edits), environment, host, file_exists)
        if after is not None and _is_worse(report, after):
            batch, after = _first_harmless(text, report, batch, refused, environment, host, file_exists)
        if after is None:
            continue
        line_of = report.document.source.position
        applied.extend(Applied(each.code, _title(each), line_of(each.span.start).line) for each in batch)
        text, report = after.document.text, after
    return Fixed(text, tuple(applied), report)


def apply_fix(report: Report, diagnostic: Diagnostic) -> str:
    """The report's text after one diagnostic's fix; raises ValueError when it has none."""
    if diagnostic.fix is None:
        raise ValueError(f"{diagnostic.code} offers no fix here")
    return apply(report.document.text, diagnostic.fix.edits)


def _title(diagnostic: Diagnostic) -> str:
    return diagnostic.fix.title if diagnostic.fix else ""


def _is_wanted(diagnostic: Diagnostic, unsafe: bool, codes: frozenset[str] | None, refused: set[Hashable]) -> bool:
    fix = diagnostic.fix
    if fix is None or not (fix.safe or unsafe) or _identity(diagnostic) in refused:
        return False
    return codes is None or diagnostic.code in codes


def _identity(diagnostic: Diagnostic) -> Hashable:
    """What stays the same of a finding while other lines are repaired."""
    return diagnostic.code, diagnostic.message, diagnostic.service, diagnostic.path


def _edits(diagnostic: Diagnostic) -> tuple[TextEdit, ...]:
    return diagnostic.fix.edits if diagnostic.fix else ()


def _compatible(chosen: Iterable[Diagnostic]) -> tuple[list[Diagnostic], list[TextEdit]]:
    """The diagnostics whose edits can be made in one go; the others wait for the next round."""
    batch: list[Diagnostic] = []
    edits: list[TextEdit] = []
    for diagnostic in chosen:
        own = _edits(diagnostic)
        if own and not _touches(own, edits):
            batch.append(diagnostic)
            edits.extend(own)
    return batch, edits


def _touches(own: Iterable[TextEdit], edits: list[TextEdit]) -> bool:
    for edit in own:
        for other in edits:
            if edit != other and edit.span.start <= other.span.end and other.span.start <= edit.span.end:
                return True
    return False


def _errors(report: Report) -> dict[str, int]:
    counts: dict[str, int] = {}
    for diagnostic in report.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            counts[diagnostic.code] = counts.get(diagnostic.code, 0) + 1
    return counts


def _is_worse(before: Report, after: Report) -> bool:
    known = _errors(before)
    return any(count > known.get(code, 0) for code, count in _errors(after).items())


def _first_harmless(
    text: str,
    report: Report,
    batch: list[Diagnostic],
    refused: set[Hashable],
    environment: Mapping[str, str] | None,
    host: HostSnapshot | None,
    file_exists: Callable[[str], bool] | None,
) -> tuple[list[Diagnostic], Report | None]:
    """Where a batch makes things worse, the first fix of it that does not; the ones before it are refused for good."""
    for diagnostic in batch:
        try:
            after = check_text(apply(text, _edits(diagnostic)), environment, host, file_exists)
        except OverlappingEditsError:
            continue
        if not _is_worse(report, after):
            return [diagnostic], after
        refused.add(_identity(diagnostic))
    return [], None
