"""`gpu-compose fix`: repair Compose files by minimal edits."""

import re
from argparse import Namespace
from typing import TYPE_CHECKING

from gpustack.commands.files import STANDARD_INPUT, ComposeFile, UnusableError, replace_file, say, write
from gpustack.commands.inputs import read_inputs
from stacks.reports.checked import CheckedFile
from stacks.reports.text import counted, summary
from stacks.rules.fixer import fix_all
from stacks.rules.registry import all_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.rules.checker import Report
    from stacks.rules.fixer import Applied

UNUSABLE = 2

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def run(arguments: Namespace) -> int:
    """0 where no error is left, 1 where one is, 2 where a file could not be read or written."""
    if arguments.in_place and STANDARD_INPUT in arguments.files:
        raise UnusableError("--in-place needs a file; standard input has no place to write to")
    if len(arguments.files) > 1 and not (arguments.in_place or arguments.diff):
        raise UnusableError("several files need --in-place or --diff")
    codes = []
    for path in dict.fromkeys(arguments.files):
        try:
            codes.append(_fix(path, arguments))
        except UnusableError as error:
            say(str(error))
            codes.append(UNUSABLE)
    return max(codes)


def _fix(path: str, arguments: Namespace) -> int:
    inputs = read_inputs(path, arguments)
    file, selection = inputs.file, inputs.selection
    codes = None if selection is None else [each.code for each in all_rules() if selection.keeps(each.code)]
    fixed = fix_all(file.text, inputs.environment, inputs.host, file.exists, unsafe=arguments.unsafe, codes=codes)
    if arguments.diff:
        write(_difference(file, fixed.text))
    elif not arguments.in_place:
        write(file.mark + fixed.text)
    elif fixed.text != file.text:
        replace_file(file.path, file.mark + fixed.text)
    left = fixed.report if selection is None else selection.apply(fixed.report)
    _tell(file, fixed.applied, left)
    return 1 if left.errors else 0


def _tell(file: ComposeFile, applied: "Sequence[Applied]", left: "Report") -> None:
    path = file.shown_path
    for each in applied:
        say(f"{path}:{each.line}: {each.code}: {each.title}")
    waiting = sum(1 for each in left.diagnostics if each.fix is not None and not each.fix.safe)
    more = f"; {counted(waiting, 'more fix')} with --unsafe".replace("fixs", "fixes") if waiting else ""
    made = counted(len(applied), "fix").replace("fixs", "fixes")
    say(f"{path}: {made} applied; left: {summary(CheckedFile(path, left))}{more}")


def _difference(file: ComposeFile, after: str) -> str:
    """A unified diff that `patch` and `git apply` take; empty where nothing changed."""
    from difflib import unified_diff

    path = file.path if file.path != STANDARD_INPUT else "stdin"
    old, new = _LINE.findall(file.mark + file.text), _LINE.findall(file.mark + after)
    lines = unified_diff(old, new, f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}")
    return "".join(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines)
