"""The report on a project as reports on its files, each with the findings and the places of its own text."""

from collections.abc import Callable, Iterable
from functools import partial

from stacks.compose.document import Document
from stacks.compose.problems import Related
from stacks.compose.project import Project
from stacks.compose.project_parts import Part
from stacks.compose.source import Span, TextEdit
from stacks.compose.yaml import ParsedYaml
from stacks.reports.checked import CheckedFile
from stacks.rules.checker import Report
from stacks.rules.findings import Diagnostic, Finding, Fix


def checked_files(report: Report, shown: Callable[[str], str]) -> list[CheckedFile]:
    """A report on each file of a project, those that were named first; `shown` gives the name of a file's path.

    What a service has of one that it extends is reported once, of the service that it is written in.
    """
    project = report.document
    if not isinstance(project, Project):
        return [CheckedFile(shown(""), report)]
    names = dict.fromkeys(file.path for file in project.files)
    names |= dict.fromkeys(part.file.path for part in project.parts)
    return [_of_file(report, project, path, shown) for path in names]


def _of_file(report: Report, project: Project, path: str, shown: Callable[[str], str]) -> CheckedFile:
    parts = [part for part in project.parts if part.file.path == path]
    alone = Document(ParsedYaml(parts[0].source, (), (), ()), project.lookup)
    is_named = any(file.path == path for file in project.files)

    def local(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        found: dict[object, Diagnostic] = {}
        for each in diagnostics:
            if project.part_at(each.span.start).file.path == path:
                own = _localised(each, project, shown, is_named)
                key = (own.code, own.span, own.message)
                if key not in found or own.service == _owner(own):
                    found[key] = own
        return tuple(found.values())

    return CheckedFile(shown(path), Report(alone, report.layers, local(report.diagnostics), local(report.suppressed)))


def _owner(diagnostic: Diagnostic) -> object:
    return diagnostic.path[1] if diagnostic.path[:1] == ("services",) and len(diagnostic.path) > 1 else None


def _localised(diagnostic: Diagnostic, project: Project, shown: Callable[[str], str], is_named: bool) -> Diagnostic:
    part, finding = project.part_at(diagnostic.span.start), diagnostic.finding
    fix = finding.fix
    if fix is not None:
        fix = Fix(fix.title, partial(_own_edits, project, part, fix), fix.safe) if is_named else None
    related = tuple(_related(each, project, part, shown) for each in finding.related)
    own = Finding(part.local(finding.span), finding.message, finding.hint, fix, related, finding.severity)
    return Diagnostic(diagnostic.rule, diagnostic.severity, own, diagnostic.service, diagnostic.path)


def _own_edits(project: Project, part: Part, fix: Fix) -> tuple[TextEdit, ...]:
    """A fix's edits where they are all of this file; those of two files are made by `fix` alone."""
    edits = fix.edits
    if any(project.part_at(each.span.start) is not part for each in edits):
        return ()
    return tuple(TextEdit(part.local(each.span), each.text) for each in edits)


def _related(related: Related, project: Project, part: Part, shown: Callable[[str], str]) -> Related:
    holder = project.part_at(related.span.start)
    span: Span = holder.local(related.span)
    if holder.file.path == part.file.path:
        return Related(span, related.message)
    return Related(span, related.message, shown(holder.file.path), holder.source)
