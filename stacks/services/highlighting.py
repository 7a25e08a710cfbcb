"""YAML in colours, line by line: pygments' classes, never its styles, since the pages' CSP allows none."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.data import YamlLexer

from stacks.compose.source import SourceText
from stacks.rules.findings import Diagnostic, Severity

COLOURED_CHARACTERS = 256 * 1024
"""Longer texts are shown plain: colouring them would take longer than anyone waits for a page."""

_SEVERITIES = tuple(Severity)
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="hl-")


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of a listing, numbered from 1; `severity` is the worst of what begins on it, or nothing."""

    number: int
    html: SafeString
    severity: str = ""


def code_lines(text: str, diagnostics: Iterable[Diagnostic] = ()) -> tuple[CodeLine, ...]:
    """The lines of a YAML text, escaped and coloured, those marked on which a diagnostic begins."""
    source, pieces = SourceText(text), _html_lines(text)
    worst: dict[int, Severity] = {}
    for each in diagnostics:
        # What is missing at the very end is marked on the last line that there is.
        line = min(source.position(each.span.start).line, len(pieces))
        worst[line] = min(worst.get(line, each.severity), each.severity, key=_SEVERITIES.index)
    return tuple(
        CodeLine(number, mark_safe(html), worst.get(number, ""))  # noqa: S308  (escaped by pygments or below)
        for number, html in enumerate(pieces, 1)
    )


def _html_lines(text: str) -> list[str]:
    """One piece of HTML a line; an empty last line, after a final line break, is none."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if len(text) > COLOURED_CHARACTERS:
        return [escape(line) for line in unified.split("\n")]
    html = highlight(unified, YamlLexer(stripnl=False, ensurenl=False), _FORMATTER)
    # The formatter closes its spans at each line's end; it may add one last line break of its own.
    lines = html.split("\n")
    return lines[: unified.count("\n") + 1]
