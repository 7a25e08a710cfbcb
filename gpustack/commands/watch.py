"""`gpu-compose check --watch`: check again whenever something that was looked at changes."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import Final

from gpustack.commands.check import Outcome, Task, check, tasks
from gpustack.commands.files import STANDARD_INPUT, UnusableError, say
from gpustack.commands.projects import folders_below

POLL_SECONDS: Final = 0.3  # asking some hundred files for their times takes a few milliseconds
_MOST_FOLDERS: Final = 500
_ENDINGS: Final = (".yaml", ".yml", ".env", ".toml")  # what a project, its values and its settings are written in
_CLEAR: Final = "\x1b[2J\x1b[H"

Stamps = dict[str, tuple[int, int, int] | None]


def watch(arguments: Namespace) -> int:
    """Check and wait, until Ctrl-C; the exit code is that of the last check.

    Raises UnusableError where standard input is among the files.
    """
    if STANDARD_INPUT in (*arguments.files, *arguments.project, arguments.host, *(arguments.env_file or ())):
        raise UnusableError("--watch needs files; standard input has no next version")
    code = 0
    try:
        while True:
            code, stamps = _round(arguments)
            while _stamps(stamps) == stamps:
                time.sleep(POLL_SECONDS)
            if sys.stdout is not None and sys.stdout.isatty():
                sys.stdout.write(_CLEAR)
    except KeyboardInterrupt:
        return code


def _round(arguments: Namespace) -> tuple[int, Stamps]:
    """One check. The stamps are taken before it, so that a change during it is seen after it."""
    found: list[Task] = []
    try:
        found = tasks(arguments)
        stamps = _stamps(_watched(found, arguments))
        outcome = check(found, arguments)
        stamps |= _stamps(file.path for file in outcome.files if file.path not in stamps)  # those that were taken in
        stamps = _stamps(file.path for file in outcome.files) | stamps  # what they extend and include is known now
    except UnusableError as error:
        say(str(error))
        stamps, outcome = _stamps(_watched(found, arguments)), Outcome((), 2)
    _tell(outcome)
    return outcome.code, stamps


def _tell(outcome: Outcome) -> None:
    from stacks.reports.text import total

    counts = total(outcome.files) if outcome.files else "nothing could be checked"
    say(f"{time.strftime('%H:%M:%S')}: {counts}; watching for changes, Ctrl-C ends")


def _watched(found: list[Task], arguments: Namespace) -> Iterator[str]:
    """The files that a check depends on, and the folders in which such a file may come or go."""
    named = (*arguments.files, *arguments.project)
    yield from (*named, *(arguments.env_file or ()))
    yield from (
        path for task in found for path in (*task.project.paths, task.settings.path, task.settings.host) if path
    )
    folders = dict.fromkeys(task.project.folder for task in found)
    for path in named:
        below = list(folders_below(path)) if os.path.isdir(path) else [os.path.dirname(os.path.abspath(path))]
        folders |= dict.fromkeys(below[:_MOST_FOLDERS])
    for folder in folders:
        yield folder
        yield from _files_in(folder)


def _files_in(folder: str) -> Iterator[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    yield from (os.path.join(folder, name) for name in names if name.endswith(_ENDINGS))


def _stamps(paths: Iterable[str]) -> Stamps:
    return {path: _stamp(path) for path in paths}


def _stamp(path: str) -> tuple[int, int, int] | None:
    """The time, size and identity of a file or folder; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
