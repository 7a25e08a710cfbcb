"""A report as a compiler would print it: the place, the fault, the source line with a caret, what to do."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from stacks.compose.source import SourceText, Span
from stacks.reports.checked import CheckedFile
from stacks.reports.excerpt import underlined_lines
from stacks.reports.visible import visible
from stacks.rules.checker import LayerRun
from stacks.rules.findings import Diagnostic, Layer, Severity

_RESET: Final = "\x1b[0m"
_BOLD: Final = "\x1b[1m"
_GUTTER: Final = "\x1b[34m"
_COLOURS: Final = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.INFO: "\x1b[1;36m"}
_NOT_CHECKED: Final = "not checked: "


def render_text(files: Sequence[CheckedFile], *, colour: bool = False) -> str:
    """The whole report; ANSI colours only when asked for. Ends in a line break."""
    printer = _Printer(colour)
    blocks = [block for file in files for block in printer.file(file)]
    if len(files) > 1:
        blocks.append(f"in all: {total(files)}")
    return "\n\n".join(blocks) + "\n"


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`, `no error`."""
    return f"{number or 'no'} {noun}{'s' if number > 1 else ''}"


def summary(file: CheckedFile) -> str:
    """What a report comes to, on one line: `2 errors, 1 warning`."""
    return _counts((Severity(each), file.report.count(each)) for each in Severity)


def total(files: Sequence[CheckedFile]) -> str:
    """What several reports come to, on one line."""
    return _counts((each, sum(file.report.count(each) for file in files)) for each in Severity)


def _counts(found: Iterable[tuple[Severity, int]]) -> str:
    """Errors and warnings always, as those decide the exit code; remarks where there are any."""
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    parts = [counted(number, nouns[each]) for each, number in found if number or each is not Severity.INFO]
    return ", ".join(parts)


class _Printer:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def file(self, file: CheckedFile) -> Iterator[str]:
        """One block a diagnostic, then one for the outcome."""
        source = file.report.document.source
        for diagnostic in file.report.diagnostics:
            ends = [source.position(diagnostic.span.end)]
            ends += (file.source_of(related).position(related.span.end) for related in diagnostic.related)
            gutter = len(str(max(end.line for end in ends)))
            yield "\n".join(self._diagnostic(file, diagnostic, gutter))
        yield "\n".join(self._outcome(file))

    def _diagnostic(self, file: CheckedFile, diagnostic: Diagnostic, gutter: int) -> Iterator[str]:
        start, _ = file.place(diagnostic.span)
        place = self._paint(f"{visible(file.path)}:{start.line}:{start.column}:", _BOLD)
        kind = self._paint(f"{diagnostic.severity}[{diagnostic.code}]", _COLOURS[diagnostic.severity])
        yield f"{place} {kind}: {self._paint(visible(diagnostic.message), _BOLD)}"
        yield self._gutter(gutter, "")
        source = file.report.document.source
        yield from self._excerpt(source, diagnostic.span, "^", _COLOURS[diagnostic.severity], gutter, "")
        for related in diagnostic.related:
            source = file.source_of(related)
            at = source.position(related.span.start)
            arrow = f"{' ' * gutter}--> {visible(related.path)}:{at.line}:{at.column}"
            yield self._paint(arrow, _GUTTER) if related.path else self._gutter(gutter, "")
            yield from self._excerpt(source, related.span, "-", _GUTTER, gutter, visible(related.message))
        if diagnostic.hint:
            yield self._note(gutter, "help", visible(diagnostic.hint))
        if diagnostic.fix:
            how = "" if diagnostic.fix.safe else " (changes the meaning: applied with --unsafe only)"
            yield self._note(gutter, "fix available", visible(diagnostic.fix.title) + how)

    def _excerpt(
        self, source: SourceText, span: Span, mark: str, colour: str, gutter: int, message: str
    ) -> Iterator[str]:
        lines = list(underlined_lines(source, span, mark))
        for index, (number, text, underline) in enumerate(lines):
            yield self._gutter(gutter, text, "" if number is None else str(number))
            if underline:
                label = f" {message}" if message and index == len(lines) - 1 else ""
                blank = len(underline) - len(underline.lstrip())
                yield self._gutter(gutter, underline[:blank] + self._paint(underline[blank:] + label, colour))

    def _outcome(self, file: CheckedFile) -> Iterator[str]:
        report = file.report
        yield f"{visible(file.path)}: {summary(file)}{_fixes(report.diagnostics)}"
        if report.suppressed:
            yield f"suppressed by comments: {', '.join(sorted({each.code for each in report.suppressed}))}"
        yield f"checked: {', '.join(run.layer for run in report.layers if run.ran)}"
        for run in report.layers:
            if run.ran and run.note:
                yield f"checked {run.layer}{' against' if run.layer is Layer.HOST else ':'} {visible(run.note)}"
        yield from _not_checked(report.layers)

    def _gutter(self, width: int, text: str, number: str = "") -> str:
        return f"{self._paint(f'{number:>{width + 1}} |', _GUTTER)} {text}".rstrip()

    def _note(self, width: int, name: str, text: str) -> str:
        return f"{self._paint(f'{chr(32) * (width + 2)}=', _GUTTER)} {self._paint(f'{name}:', _BOLD)} {text}"

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self.colour and text else text


def _fixes(diagnostics: Sequence[Diagnostic]) -> str:
    fixes = [each.fix for each in diagnostics if each.fix]
    if not fixes:
        return ""
    safe = sum(fix.safe for fix in fixes)
    if safe == len(fixes):
        return f"; `gpu-compose fix` repairs {safe}"
    repairs = f"; `gpu-compose fix` repairs {safe} and" if safe else "; `gpu-compose fix` repairs"
    return f"{repairs} {len(fixes) - safe}{' more' if safe else ''} with --unsafe"


def _not_checked(layers: Sequence[LayerRun]) -> Iterator[str]:
    """The layers that did not run, gathered by why."""
    by_reason: dict[str, list[str]] = {}
    for run in layers:
        if not run.ran:
            by_reason.setdefault(run.note.removeprefix(_NOT_CHECKED), []).append(run.layer)
    for reason, names in by_reason.items():
        yield f"not checked: {', '.join(names)} ({reason})" if reason else f"not checked: {', '.join(names)}"
