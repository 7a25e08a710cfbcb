"""Applies fixes until nothing is left to repair."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from stacks.compose.document import Document
from stacks.compose.source import OverlappingEditsError, TextEdit, apply
from stacks.compose.yaml import paused_collector
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import Report, check_document, check_text
from stacks.rules.findings import Diagnostic, Severity

FEWEST_ROUNDS: Final = 20  # one fix may bring another rule's finding to light
MOST_ROUNDS: Final = 200  # fixes that write to one place, such as the end of `volumes`, take a round each
MOST_WORK: Final = 2_000_000  # characters that are checked anew beyond the fewest rounds
Chosen = tuple[Diagnostic, tuple[TextEdit, ...]]  # with the edits of its fix: each is verified, which takes a while


@dataclass(frozen=True, slots=True)
class Applied:
    """A fix that was made: of which rule, what it did, and where the finding stood in the text of its round.

    `path` is that of the file in a project of several, and empty otherwise.
    """

    code: str
    title: str
    line: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The repaired text, what was done to it, and the report on it.

    `texts` are those of all files that were given, by their path from the project's folder.
    """

    text: str
    applied: tuple[Applied, ...]
    report: Report

    @property
    def texts(self) -> dict[str, str]:
        return self.report.document.texts


def fix_all(
    text: str,
    environment: Mapping[str, str] | None = None,
    host: HostSnapshot | None = None,
    file_exists: Callable[[str], bool] | None = None,
    *,
    unsafe: bool = False,
    codes: Iterable[str] | None = None,
    read: Callable[[str], str | None] | None = None,
    name: str = "compose.yaml",
) -> Fixed:
    """Apply every safe fix (with `unsafe`, every fix), again and again until none is offered.

    A fix that would add an error is left out; so the errors afterwards are never more than before. `codes` keeps to
    the fixes of these rules. `read` and `name` are as for `check_text`; files that are read so are not edited.
    """
    report = check_text(text, environment, host, file_exists, read, name)
    return fix_report(report, host, file_exists, unsafe=unsafe, codes=codes)


def fix_report(
    report: Report,
    host: HostSnapshot | None = None,
    file_exists: Callable[[str], bool] | None = None,
    *,
    unsafe: bool = False,
    codes: Iterable[str] | None = None,
) -> Fixed:
    """As `fix_all`, of a document that was checked already against this host."""

    def check(edits: Iterable[TextEdit]) -> Report:
        with paused_collector():
            return check_document(report.document.with_edits(edits), host, file_exists)

    wanted = None if codes is None else frozenset(codes)
    applied: list[Applied] = []
    refused: set[Hashable] = set()
    refused_since = 0  # how many fixes had been made when the first of them was refused
    for _ in range(max(FEWEST_ROUNDS, min(MOST_ROUNDS, MOST_WORK // (1 + len(report.document.text))))):
        chosen = [each for each in report.diagnostics if _is_wanted(each, unsafe, wanted, refused)]
        batch = _compatible(((each, _edits(each)) for each in chosen), report.document)
        if not batch and len(applied) > refused_since and refused:
            refused.clear()  # what would have made things worse then may not do so now
            continue
        if not batch:
            break
        if not refused:
            refused_since = len(applied)
        after: Report | None = check(_together(batch))
        if after is not None and _is_worse(report, after):
            batch, after = _harmless(report, batch, refused, check)
        if after is None:
            continue
        applied.extend(_applied(each, report.document) for each, _ in batch)
        report = after
    return Fixed(next(iter(report.document.texts.values())), tuple(applied), report)


def apply_fix(report: Report, diagnostic: Diagnostic) -> str:
    """The report's text after one diagnostic's fix; raises ValueError when it has none."""
    if diagnostic.fix is None:
        raise ValueError(f"{diagnostic.code} offers no fix here")
    return apply(report.document.text, diagnostic.fix.edits)


def _applied(diagnostic: Diagnostic, document: Document) -> Applied:
    place = document.place(diagnostic.span.start)
    return Applied(diagnostic.code, diagnostic.fix.title if diagnostic.fix else "", place.line, place.path)


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


def _compatible(chosen: Iterable[Chosen], document: Document) -> list[Chosen]:
    """Those whose edits can be made in one go; the others wait for the next round."""
    batch: list[Chosen] = []
    edits: list[TextEdit] = []
    for diagnostic, own in chosen:
        if own and document.may_edit(own) and not _touches(own, edits):
            batch.append((diagnostic, own))
            edits.extend(own)
    return batch


def _together(batch: Iterable[Chosen]) -> list[TextEdit]:
    return [edit for _, edits in batch for edit in edits]


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


def _harmless(
    report: Report,
    batch: list[Chosen],
    refused: set[Hashable],
    check: Callable[[Iterable[TextEdit]], Report],
) -> tuple[list[Chosen], Report | None]:
    """Of a batch that makes things worse, the fixes that together do not, found by halving; the others are refused."""
    kept: list[Chosen] = []
    report_of_kept: Report | None = None
    parts = [batch]
    while parts:
        part = parts.pop()
        after = _checked([*kept, *part], check)
        if after is not None and not _is_worse(report, after):
            kept, report_of_kept = [*kept, *part], after
        elif len(part) == 1:
            refused.add(_identity(part[0][0]))
        else:
            half = len(part) // 2
            parts += [part[half:], part[:half]]
    return kept, report_of_kept


def _checked(batch: Iterable[Chosen], check: Callable[[Iterable[TextEdit]], Report]) -> Report | None:
    try:
        return check(_together(batch))
    except OverlappingEditsError:
        return None
