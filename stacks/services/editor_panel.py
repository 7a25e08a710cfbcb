"""The live panel: what is wrong, where, why, and what one click would do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stacks.compose.document import Document
from stacks.compose.source import SourceText, Span
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import LayerRun, Report
from stacks.rules.findings import Diagnostic, Layer, Severity
from stacks.services.editor_bench import broken_line, place_of
from stacks.services.editor_fixes import Preview, find_diagnostic, preview_all, preview_fix
from stacks.services.host_facts import snapshot_words, what_is_missing

SHOWN = 200
"""Diagnostics that the panel lists; a text with more needs other help than a longer list."""
FIX_ALL = "all"


@dataclass(frozen=True, slots=True)
class Item:
    """A diagnostic in the list. `preview` is made for the active one only."""

    place: str
    severity: Severity
    code: str
    name: str
    line: int
    message: str
    hint: str
    service: str | None
    url: str
    related: tuple[tuple[int, str], ...]
    fix: str
    is_safe: bool
    is_active: bool
    preview: Preview | None


@dataclass(frozen=True, slots=True)
class LayerView:
    """A layer as the panel lists it: what it found is counted, so that nothing looks passed that is not."""

    layer: Layer
    ran: bool
    note: str
    errors: int
    warnings: int

    @property
    def sign(self) -> str:
        """The name of its icon."""
        if not self.ran:
            return "skip"
        return "error" if self.errors else "warning" if self.warnings else "check"


@dataclass(frozen=True, slots=True)
class Panel:
    """`mend` is the line to mend first while the text cannot be read, else None."""

    errors: int
    warnings: int
    infos: int
    items: tuple[Item, ...]
    left_out: int
    suppressed: int
    layers: tuple[LayerView, ...]
    safe_fixes: int
    host_note: str
    mend: int | None
    preview_all: Preview | None


NOTHING = Panel(0, 0, 0, (), 0, 0, (), 0, "", None, None)
"""The panel of an empty text: Compose would refuse it, but who has just begun needs no telling."""


def panel(report: Report, *, active: str, values: Mapping[str, str], host: HostSnapshot | None) -> Panel:
    """The panel with one diagnostic open: the one named by `active`, else an error, if one can be repaired.

    With `active` "all" it shows instead what all repairs would change, for as long as there is one to make.
    """
    found = report.diagnostics
    document = report.document
    if not document.text.strip():
        return NOTHING
    preview = preview_all(report, values, host) if active == FIX_ALL else None
    if preview is not None and not preview.count:
        active, preview = "", None
    chosen = _chosen(report, active)
    return Panel(
        errors=report.errors,
        warnings=report.warnings,
        infos=report.infos,
        items=tuple(_item(report, each, each is chosen) for each in found[:SHOWN]),
        left_out=max(0, len(found) - SHOWN),
        suppressed=len(report.suppressed),
        layers=tuple(_layer(report, run) for run in report.layers),
        safe_fixes=sum(each.fix is not None and each.fix.safe for each in found),
        host_note=_host_note(report, host),
        mend=None if document.is_complete else broken_line(document),
        preview_all=preview,
    )


def _layer(report: Report, run: LayerRun) -> LayerView:
    found = [each.severity for each in report.diagnostics if each.layer is run.layer]
    return LayerView(*run, errors=found.count(Severity.ERROR), warnings=found.count(Severity.WARNING))


def _host_note(report: Report, host: HostSnapshot | None) -> str:
    """Against which snapshot the file was checked and what of it is not known, or why it was not."""
    run = next(each for each in report.layers if each.layer is Layer.HOST)
    if not run.ran or host is None:
        return f"{run.note[:1].upper()}{run.note[1:]}."
    missing = what_is_missing(host)
    return f"Against {snapshot_words(host)}." + (f" {missing[:1].upper()}{missing[1:]}." if missing else "")


def _chosen(report: Report, active: str) -> Diagnostic | None:
    if active == FIX_ALL or not report.diagnostics:
        return None
    named = find_diagnostic(report, active) if active else None
    return named or min(report.diagnostics, key=lambda each: (each.severity is not Severity.ERROR, each.fix is None))


def _item(report: Report, diagnostic: Diagnostic, is_active: bool) -> Item:
    position = report.document.source.position
    fix = diagnostic.fix
    return Item(
        place=place_of(diagnostic),
        severity=diagnostic.severity,
        code=diagnostic.code,
        name=diagnostic.rule.title,
        line=position(diagnostic.span.start).line,
        message=diagnostic.message,
        hint=diagnostic.hint,
        service=diagnostic.service,
        url=diagnostic.rule.url,
        related=tuple((position(each.span.start).line, each.message) for each in diagnostic.related),
        fix=fix.title if fix else "",
        is_safe=fix is not None and fix.safe,
        is_active=is_active,
        preview=preview_fix(report, diagnostic) if is_active else None,
    )


def marks(report: Report) -> list[list[object]]:
    """What the code editor underlines: row, column, end row, end column (from 0, in UTF-16), severity, place, text."""
    source = report.document.source
    return [
        [*_range(source, each.span), each.severity.value, place_of(each), f"{each.code} {each.message}"]
        for each in report.diagnostics[:SHOWN]
    ]


def _range(source: SourceText, span: Span) -> Iterator[int]:
    for offset in (span.start, span.end):
        place = source.position(offset)
        row, column = place.line - 1, place.column - 1
        before = source.text[source.line_starts[row] : source.line_starts[row] + column]
        yield row
        yield column if before.isascii() else len(before.encode("utf-16-le", "surrogatepass")) // 2


def service_rows(document: Document) -> list[list[object]]:
    """Each service with its first and last row, from 0."""
    position = document.source.position
    return [
        [
            each.name,
            position(each.span.start).line - 1,
            position(max(each.entry.span.end - 1, each.span.start)).line - 1,
        ]
        for each in document.services
    ]
