"""`gpu-compose check`: say what is wrong with Compose files, on their lines."""

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, NamedTuple

from gpustack.commands.files import UnusableError, say, write
from gpustack.commands.inputs import read_hosts, refuse_two_readers
from gpustack.commands.opened import open_project
from gpustack.commands.projects import DEFAULT_NAMES, Project, find_projects
from gpustack.commands.settings import Settings, settings_reader

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot
    from stacks.reports.checked import CheckedFile


class Task(NamedTuple):
    """One project to check, by which settings."""

    project: Project
    settings: Settings


class Outcome(NamedTuple):
    """The reports on the files that could be read, and the exit code."""

    files: "tuple[CheckedFile, ...]"
    code: int


def run(arguments: Namespace) -> int:
    """0 where all files are clean, 1 for an error (strict: or a warning), 2 where a file could not be read."""
    if not (arguments.files or arguments.project):
        raise UnusableError("check: the following arguments are required: FILE (see `gpu-compose check --help`)")
    refuse_two_readers([*arguments.files, *arguments.project], arguments)
    if arguments.watch:
        from gpustack.commands.watch import watch

        return watch(arguments)
    return check(tasks(arguments), arguments).code


def tasks(arguments: Namespace) -> list[Task]:
    """What there is to check. Raises UnusableError for settings that cannot be."""
    settings_of = settings_reader(arguments)
    found: list[Task] = []
    if arguments.project:
        whole = Project(tuple(arguments.project))
        found.append(Task(whole, settings_of(whole.folder)))
    for named in arguments.files:
        excludes = settings_of(os.path.abspath(named)).excludes if os.path.isdir(named) else _nothing
        found.extend(Task(each, settings_of(each.folder)) for each in find_projects(named, excludes))
    return list(dict.fromkeys(found))


def check(found: list[Task], arguments: Namespace) -> Outcome:
    """Check and report; what cannot be read is said on standard error, and does not hide the rest.

    Raises UnusableError for a host that cannot be read.
    """
    hosts = read_hosts(task.settings.host for task in found)
    checked: list[CheckedFile] = []
    code = 0
    for task in found:
        try:
            files = _check(task, arguments, hosts.get(task.settings.host))
        except UnusableError as error:
            say(str(error))
            code = 2
            continue
        checked.extend(files)
        if code == 0 and not arguments.exit_zero and _is_bad(files, task.settings.strict):
            code = 1
    if checked:
        write(_render(checked, arguments.format))
    return Outcome(tuple(checked), code)


def _nothing(_: str) -> bool:
    return False


def _is_bad(files: "list[CheckedFile]", strict: bool) -> bool:
    return any(file.report.errors or (strict and file.report.warnings) for file in files)


def _check(task: Task, arguments: Namespace, host: "HostSnapshot | None") -> "list[CheckedFile]":
    paths = task.project.paths
    if os.path.isdir(paths[0]):
        raise UnusableError(f"{paths[0]}: no Compose file in it (looked for {', '.join(DEFAULT_NAMES)})")
    opened = open_project(paths, arguments.env_file)
    return [_wanted(file, task.settings) for file in opened.reports(opened.check(host))]


def _wanted(file: "CheckedFile", settings: Settings) -> "CheckedFile":
    wanted = settings.selection(file.path)
    return file if wanted is None else file._replace(report=wanted.apply(file.report))


def _render(files: "list[CheckedFile]", chosen: str) -> str:
    if chosen == "json":
        from stacks.reports.contract import render_json

        return render_json(files)
    if chosen == "sarif":
        from gpustack.commands.version import version
        from stacks.reports.sarif import render_sarif

        return render_sarif(files, version())
    if chosen == "github":
        from stacks.reports.github import render_github

        return render_github(files)
    from stacks.reports.text import render_text

    return render_text(files, colour=_colour_is_wanted())


def _colour_is_wanted() -> bool:
    """On a terminal that can, unless NO_COLOR is set and not empty (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
