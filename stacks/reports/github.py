"""A report as workflow commands of GitHub Actions, which shows them on the lines of a pull request."""

from collections.abc import Iterator, Sequence

from stacks.reports.checked import CheckedFile
from stacks.rules.findings import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_github(files: Sequence[CheckedFile]) -> str:
    """One line a diagnostic; nothing at all for a clean report."""
    return "".join(f"{line}\n" for file in files for line in _commands(file))


def _commands(file: CheckedFile) -> Iterator[str]:
    for diagnostic in file.report.diagnostics:
        start, end = file.place(diagnostic.span)
        properties: dict[str, str | int] = {"file": file.path, "line": start.line, "endLine": end.line}
        if start.line == end.line:  # GitHub takes columns only within one line
            properties |= {"col": start.column, "endColumn": end.column}
        properties["title"] = f"{diagnostic.code} {diagnostic.rule.title}"
        listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        yield f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(_text(file, diagnostic))}"


def _text(file: CheckedFile, diagnostic: Diagnostic) -> str:
    """The message, what to do, and the second places, which the commands have no property for."""
    lines = [diagnostic.message, diagnostic.hint]
    for related in diagnostic.related:
        line = file.source_of(related).position(related.span.start).line
        lines.append(f"{related.message}: {related.path or file.path}, line {line}")
    return "\n".join(line for line in lines if line)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
