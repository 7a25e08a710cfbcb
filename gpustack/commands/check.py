"""`gpu-compose check`: say what is wrong with Compose files, on their lines."""

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from gpustack.commands.files import UnusableError, read_compose_file, read_environment, say, write
from gpustack.commands.inputs import read_host_option, refuse_two_readers

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot
    from stacks.reports.checked import CheckedFile


def run(arguments: Namespace) -> int:
    """0 where all files are clean, 1 for an error (strict: or a warning), 2 where a file could not be read."""
    refuse_two_readers(arguments.files, arguments)
    host = read_host_option(arguments.host)
    checked: list[CheckedFile] = []
    for path in arguments.files:
        try:
            checked.append(_check(path, arguments, host))
        except UnusableError as error:
            say(str(error))
    if checked:
        write(_render(checked, arguments.format))
    if len(checked) < len(arguments.files):
        return 2
    found = any(file.report.errors or (arguments.strict and file.report.warnings) for file in checked)
    return 1 if found else 0


def _check(path: str, arguments: Namespace, host: "HostSnapshot | None") -> "CheckedFile":
    from stacks.reports.checked import CheckedFile
    from stacks.rules.checker import check_text

    file = read_compose_file(path)
    environment = read_environment(file, arguments.env_file)
    return CheckedFile(file.shown_path, check_text(file.text, environment, host, file.exists))


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
