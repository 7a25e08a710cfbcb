"""`python -m tests.rules.findings`, part of `make docs`, writes what each failing case is told: a page for each family.

The pages are read when a rule changes: place, severity, words and fix are as much its product as the line.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from stacks.rules.checker import Report, check_text
from stacks.rules.findings import Diagnostic
from tests.rules.case_files import Case, case_paths, load_case

FOLDER = Path(__file__).with_name("findings")


def pages() -> dict[str, str]:
    """The pages by their names."""
    families = groupby(map(load_case, case_paths("fail")), key=lambda case: case.code[:3])
    return {f"{family.lower()}.txt": "\n".join(map(_of_case, cases)) for family, cases in families}


def _of_case(case: Case) -> str:
    report = check_text(
        case.text, case.environment, case.host, case.file_exists if case.files is not None else None, case.read
    )
    own = [each for each in report.diagnostics if each.code == case.code]
    return "\n".join([f"{case.code}/{case.path.stem}", *(line for each in own for line in _lines(each, report)), ""])


def _lines(diagnostic: Diagnostic, report: Report) -> Iterator[str]:
    start, end = (_place(report, offset) for offset in diagnostic.span)
    yield f"  {start} to {end} {diagnostic.severity}: {diagnostic.message}"
    if diagnostic.hint:
        yield f"    {diagnostic.hint}"
    for related in diagnostic.related:
        yield f"    {_place(report, related.span.start)}: {related.message}"
    if diagnostic.fix is not None:
        yield f"    {'safe' if diagnostic.fix.safe else 'unsafe'} fix: {diagnostic.fix.title}"


def _place(report: Report, offset: int) -> str:
    place = report.document.place(offset)
    return f"{place.path}{':' if place.path else ''}{place.line}:{place.column}"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in pages().items():
        (FOLDER / name).write_text(page, encoding="utf-8")
