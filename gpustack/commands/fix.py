"""`gpu-compose fix`: repair a Compose file by minimal edits."""

import re
from argparse import Namespace
from typing import TYPE_CHECKING

from gpustack.commands.files import STANDARD_INPUT, ComposeFile, UnusableError, replace_file, say, write
from gpustack.commands.inputs import read_inputs
from stacks.reports.checked import CheckedFile
from stacks.reports.text import counted, summary
from stacks.rules.fixer import fix_all

if TYPE_CHECKING:
    from stacks.rules.fixer import Fixed

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def run(arguments: Namespace) -> int:
    """0 where no error is left, 1 where one is, 2 where the file could not be read or written."""
    if arguments.in_place and arguments.file == STANDARD_INPUT:
        raise UnusableError("--in-place needs a file; standard input has no place to write to")
    inputs = read_inputs(arguments)
    file = inputs.file
    fixed = fix_all(file.text, inputs.environment, inputs.host, file.exists, unsafe=arguments.unsafe)
    if arguments.diff:
        write(_difference(file, fixed.text))
    elif not arguments.in_place:
        write(file.mark + fixed.text)
    elif fixed.text != file.text:
        replace_file(file.path, file.mark + fixed.text)
    _tell(file, fixed)
    return 1 if fixed.report.errors else 0


def _tell(file: ComposeFile, fixed: "Fixed") -> None:
    path = file.shown_path
    for each in fixed.applied:
        say(f"{path}:{each.line}: {each.code}: {each.title}")
    left = summary(CheckedFile(path, fixed.report))
    waiting = sum(1 for each in fixed.report.diagnostics if each.fix is not None and not each.fix.safe)
    more = f"; {counted(waiting, 'more fix')} with --unsafe".replace("fixs", "fixes") if waiting else ""
    made = counted(len(fixed.applied), "fix").replace("fixs", "fixes")
    say(f"{path}: {made} applied; left: {left}{more}")


def _difference(file: ComposeFile, after: str) -> str:
    """A unified diff that `patch` and `git apply` take; empty where nothing changed."""
    from difflib import unified_diff

    path = file.path if file.path != STANDARD_INPUT else "stdin"
    old, new = _LINE.findall(file.mark + file.text), _LINE.findall(file.mark + after)
    lines = unified_diff(old, new, f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}")
    return "".join(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines)
