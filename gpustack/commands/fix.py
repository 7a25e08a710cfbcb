"""`gpu-compose fix`: repair Compose files by minimal edits."""

import re
from argparse import Namespace
from typing import TYPE_CHECKING

from gpustack.commands.files import STANDARD_INPUT, ComposeFile, UnusableError, replace_file, say, write
from gpustack.commands.inputs import read_inputs
from stacks.reports.checked import CheckedFile
from stacks.reports.text import counted, total
from stacks.rules.fixer import fix_report
from stacks.rules.registry import all_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gpustack.commands.opened import OpenedProject
    from stacks.rules.fixer import Applied

UNUSABLE = 2

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def run(arguments: Namespace) -> int:
    """0 where no error is left, 1 where one is, 2 where a file could not be read or written."""
    projects: list[tuple[str, ...]] = [(path,) for path in dict.fromkeys(arguments.files)]
    if arguments.project:
        projects.insert(0, tuple(arguments.project))
    _refuse(projects, arguments)
    codes = []
    for paths in projects:
        try:
            codes.append(_fix(paths, arguments))
        except UnusableError as error:
            say(str(error))
            codes.append(UNUSABLE)
    return max(codes)


def _refuse(projects: "list[tuple[str, ...]]", arguments: Namespace) -> None:
    """Raises UnusableError for what cannot be answered."""
    named = [path for paths in projects for path in paths]
    if not named:
        raise UnusableError("fix: the following arguments are required: FILE (see `gpu-compose fix --help`)")
    if arguments.in_place and STANDARD_INPUT in named:
        raise UnusableError("--in-place needs a file; standard input has no place to write to")
    if len(named) > 1 and not (arguments.in_place or arguments.diff):
        raise UnusableError("several files need --in-place or --diff")


def _fix(paths: "tuple[str, ...]", arguments: Namespace) -> int:
    inputs = read_inputs(paths, arguments)
    opened, selection = inputs.opened, inputs.selection
    codes = None if selection is None else [each.code for each in all_rules() if selection.keeps(each.code)]
    report = opened.check(inputs.host)
    fixed = fix_report(report, inputs.host, opened.first.exists, unsafe=arguments.unsafe, codes=codes)
    for file in opened.files:
        _put(file, fixed.texts.get(opened.key(file), fixed.text), arguments)
    left = [
        each if selection is None else each._replace(report=selection.apply(each.report))
        for each in opened.reports(fixed.report)
    ]
    _tell(opened, fixed.applied, left)
    return 1 if any(each.report.errors for each in left) else 0


def _put(file: ComposeFile, text: str, arguments: Namespace) -> None:
    if arguments.diff:
        write(_difference(file, text))
    elif not arguments.in_place:
        write(file.mark + text)
    elif text != file.text:
        replace_file(file.path, file.mark + text)


def _tell(opened: "OpenedProject", applied: "Sequence[Applied]", left: list[CheckedFile]) -> None:
    for each in applied:
        say(f"{opened.shown(each.path)}:{each.line}: {each.code}: {each.title}")
    found = [diagnostic for file in left for diagnostic in file.report.diagnostics]
    waiting = sum(1 for each in found if each.fix is not None and not each.fix.safe)
    more = f"; {counted(waiting, 'more fix')} with --unsafe".replace("fixs", "fixes") if waiting else ""
    made = counted(len(applied), "fix").replace("fixs", "fixes")
    names = ", ".join(dict.fromkeys(file.shown_path for file in opened.files))
    say(f"{names}: {made} applied; left: {total(left)}{more}")


def _difference(file: ComposeFile, after: str) -> str:
    """A unified diff that `patch` and `git apply` take; empty where nothing changed."""
    from difflib import unified_diff

    path = file.path if file.path != STANDARD_INPUT else "stdin"
    old, new = _LINE.findall(file.mark + file.text), _LINE.findall(file.mark + after)
    lines = unified_diff(old, new, f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}")
    return "".join(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines)
