"""Repairs that the page offers: one, or all that are safe, with the difference that each will make."""

from collections.abc import Mapping
from dataclasses import dataclass

from stacks.compose.editing import EditError
from stacks.compose.source import OverlappingEditsError
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import Report
from stacks.rules.findings import Diagnostic
from stacks.rules.fixer import Fixed, apply_fix, fix_all
from stacks.services.difference import Difference, compare
from stacks.services.editor_bench import EditRefused, place_of

PREVIEW_CONTEXT = 1
"""Equal lines around each change in a preview: enough to know the place, few enough for a narrow panel."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a repair will do; `text` is the document after it."""

    title: str
    difference: Difference
    text: str
    safe: bool = True
    count: int = 1


def find_diagnostic(report: Report, place: str) -> Diagnostic | None:
    """The diagnostic of that place; where the text has moved since, the only one of its code that has a fix."""
    exact = next((each for each in report.diagnostics if place_of(each) == place), None)
    if exact is not None:
        return exact
    code = place.partition("-")[0]
    same = [each for each in report.diagnostics if each.code == code]
    return same[0] if len(same) == 1 else None


def preview_fix(report: Report, diagnostic: Diagnostic) -> Preview | None:
    """What the diagnostic's fix will do; None where it offers none, or one that cannot be made in this text."""
    if diagnostic.fix is None:
        return None
    try:
        after = apply_fix(report, diagnostic)
    except (EditError, OverlappingEditsError):
        return None
    difference = compare(report.document.text, after, context=PREVIEW_CONTEXT)
    return Preview(diagnostic.fix.title, difference, after, diagnostic.fix.safe)


def preview_all(report: Report, values: Mapping[str, str], host: HostSnapshot | None) -> Preview:
    """What all safe fixes together will do."""
    fixed = fixed_all(report, values, host)
    difference = compare(report.document.text, fixed.text, context=PREVIEW_CONTEXT)
    return Preview("Fix all", difference, fixed.text, count=len(fixed.applied))


def fixed_all(report: Report, values: Mapping[str, str], host: HostSnapshot | None) -> Fixed:
    return fix_all(report.document.text, values, host)


def fixed_one(report: Report, place: str) -> tuple[str, str]:
    """The text after one fix, and its title."""
    diagnostic = find_diagnostic(report, place)
    if diagnostic is None:
        raise EditRefused("this is no longer wrong: the text has changed since")
    preview = preview_fix(report, diagnostic)
    if preview is None:
        raise EditRefused("this cannot be repaired here by a click: change it in the text")
    return preview.text, preview.title
