"""A report as JSON: the contract of docs/check-json.md, which other people's tools read.

Lines and columns count from 1; an end is exclusive.
"""

from collections.abc import Sequence

from stacks.compose.problems import Related
from stacks.reports.checked import CheckedFile
from stacks.rules.findings import Diagnostic

VERSION = 1


def render_json(files: Sequence[CheckedFile]) -> str:
    """The report as JSON text that ends in a line break."""
    import json

    return json.dumps(report_mapping(files), indent=2, ensure_ascii=False) + "\n"


def report_mapping(files: Sequence[CheckedFile]) -> dict[str, object]:
    """The report as JSON-ready dicts and lists; the summary counts over all files."""
    reports = [file.report for file in files]
    return {
        "version": VERSION,
        "files": [_file(file) for file in files],
        "summary": {
            "errors": sum(report.errors for report in reports),
            "warnings": sum(report.warnings for report in reports),
            "infos": sum(report.infos for report in reports),
        },
    }


def _file(file: CheckedFile) -> dict[str, object]:
    return {
        "path": file.path,
        "layers": [{"name": run.layer.value, "ran": run.ran, "note": run.note} for run in file.report.layers],
        "diagnostics": [_diagnostic(file, each) for each in file.report.diagnostics],
    }


def _diagnostic(file: CheckedFile, diagnostic: Diagnostic) -> dict[str, object]:
    start, end = file.place(diagnostic.span)
    fix = diagnostic.fix
    return {
        "code": diagnostic.code,
        "name": diagnostic.rule.name,
        "layer": diagnostic.layer.value,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "service": diagnostic.service,
        "path": list(diagnostic.path),
        "related": [_related(file, each) for each in diagnostic.related],
        "fix": None if fix is None else {"title": fix.title, "safe": fix.safe},
        "url": diagnostic.rule.url,
    }


def _related(file: CheckedFile, related: Related) -> dict[str, object]:
    at = file.source_of(related).position(related.span.start)
    return {"path": related.path or file.path, "line": at.line, "column": at.column, "message": related.message}
