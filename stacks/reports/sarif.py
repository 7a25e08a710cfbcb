"""A report as SARIF 2.1.0, which code scanning services and editors read.

Source: OASIS Standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from urllib.parse import quote

from stacks.compose.problems import Related
from stacks.compose.source import Position, Span, TextEdit
from stacks.reports.checked import CheckedFile
from stacks.rules.findings import Diagnostic, Severity
from stacks.rules.registry import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "gpuComposeFinding/v1"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

Json = dict[str, object]


def render_sarif(files: Sequence[CheckedFile], version: str) -> str:
    """The report as SARIF text of one run; `version` is that of gpu-compose. Ends in a line break."""
    import json

    return json.dumps(sarif_log(files, version), indent=2, ensure_ascii=False) + "\n"


def sarif_log(files: Sequence[CheckedFile], version: str) -> Json:
    """The report as a SARIF log. Findings that a comment in the file silences are in it, marked as suppressed."""
    rules = {each.code: each.rule for file in files for each in (*file.report.diagnostics, *file.report.suppressed)}
    codes = sorted(rules)
    driver = {"name": "gpu-compose", "version": version, "rules": [_rule(rules[code]) for code in codes]}
    results = [result for file in files for result in _results(file, codes)]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _location(file)} for file in files],
        "invocations": [{"executionSuccessful": True}],
        "results": results,
        "properties": {"layers": {file.path: _layers(file) for file in files}},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _layers(file: CheckedFile) -> list[Json]:
    return [{"name": run.layer.value, "ran": run.ran, "note": run.note} for run in file.report.layers]


def _rule(rule: Rule) -> Json:
    explanation = "\n".join(line.strip() for line in rule.explanation.split("```", 1)[0].strip().splitlines())
    described: Json = {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": explanation or rule.title, "markdown": explanation or rule.title},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.layer.value, rule.family]},
    }
    return described | ({"helpUri": rule.url} if rule.url else {})


def _results(file: CheckedFile, codes: list[str]) -> Iterator[Json]:
    """The fingerprint tells findings apart by rule, place in the tree and line text, so it outlives moved lines."""
    seen: Counter[str] = Counter()
    report = file.report
    kept = len(report.diagnostics)
    for number, diagnostic in enumerate((*report.diagnostics, *report.suppressed)):
        line = report.document.source.line_text(file.place(diagnostic.span)[0].line).strip()
        what = "\0".join((diagnostic.code, *map(str, diagnostic.path), line))
        seen[what] += 1
        result = _result(file, diagnostic) | {
            "ruleIndex": codes.index(diagnostic.code),
            "partialFingerprints": {FINGERPRINT: sha256(f"{what}\0{seen[what]}".encode(errors="replace")).hexdigest()},
        }
        yield result if number < kept else result | {"suppressions": [{"kind": "inSource"}]}


def _result(file: CheckedFile, diagnostic: Diagnostic) -> Json:
    message = f"{diagnostic.message}\n{diagnostic.hint}" if diagnostic.hint else diagnostic.message
    result: Json = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": message},
        "locations": [_place(file, diagnostic.span) | _logical(diagnostic)],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, **_related(file, each), "message": {"text": each.message}}
            for number, each in enumerate(diagnostic.related, 1)
        ]
    edits = diagnostic.fix.edits if diagnostic.fix else ()
    if diagnostic.fix and edits:  # a fix without a replacement is not allowed
        result["fixes"] = [_fix(file, diagnostic.fix.title, edits)]
    return result


def _logical(diagnostic: Diagnostic) -> Json:
    name = ".".join(map(str, diagnostic.path))
    return {"logicalLocations": [{"fullyQualifiedName": name, "kind": "member"}]} if name else {}


def _place(file: CheckedFile, span: Span) -> Json:
    return {"physicalLocation": {"artifactLocation": _location(file), "region": _region(file, span)}}


def _related(file: CheckedFile, related: Related) -> Json:
    source = file.source_of(related)
    region = _between(source.position(related.span.start), source.position(related.span.end))
    return {"physicalLocation": {"artifactLocation": _uri(related.path or file.path), "region": region}}


def _fix(file: CheckedFile, title: str, edits: Iterable[TextEdit]) -> Json:
    replacements = [
        {"deletedRegion": _region(file, edit.span), "insertedContent": {"text": edit.text}} for edit in edits
    ]
    change = {"artifactLocation": _location(file), "replacements": replacements}
    return {"description": {"text": title}, "artifactChanges": [change]}


def _location(file: CheckedFile) -> Json:
    return _uri(file.path)


def _uri(name: str) -> Json:
    path = quote(name, errors="replace")
    return {"uri": f"file://{path}" if path.startswith("/") else path}


def _region(file: CheckedFile, span: Span) -> Json:
    return _between(*file.place(span))


def _between(start: Position, end: Position) -> Json:
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}
