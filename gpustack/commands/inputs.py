"""What `check`, `fix` and `export` look at: a Compose file with its variables, a host, and which findings count."""

from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gpustack.commands.files import (
    STANDARD_INPUT,
    ComposeFile,
    UnusableError,
    read_bytes,
    shown,
)
from gpustack.commands.opened import OpenedProject, open_project
from gpustack.commands.settings import settings_reader

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot
    from stacks.reports.selection import Selection


class Inputs(NamedTuple):
    """A project's files, the values of its variables, the host to hold it against, and the findings that are wanted."""

    opened: OpenedProject
    host: "HostSnapshot | None"
    selection: "Selection | None"

    @property
    def file(self) -> ComposeFile:
        """The first file, or the only one."""
        return self.opened.first

    @property
    def environment(self) -> Mapping[str, str]:
        return self.opened.environment


def read_inputs(paths: tuple[str, ...], arguments: Namespace) -> Inputs:
    """Read one project of a command with what its settings name. Raises UnusableError."""
    refuse_two_readers(list(paths), arguments)
    opened = open_project(paths, arguments.env_file)
    settings = settings_reader(arguments)(opened.first.folder)
    hosts = read_hosts([settings.host])
    return Inputs(opened, hosts.get(settings.host), settings.selection(paths[0]))


def read_hosts(paths: Iterable[str | None]) -> "dict[str | None, HostSnapshot]":
    """The hosts of these files, each read once; no path, no host. Raises UnusableError."""
    return {path: read_host_file(path) for path in dict.fromkeys(paths) if path is not None}


def read_host_file(path: str) -> "HostSnapshot":
    """A host from snapshot JSON or from what nvidia-smi printed. Raises UnusableError."""
    from stacks.hosts.reading import read_host
    from stacks.hosts.snapshot import SnapshotError

    content = read_bytes(path)
    try:
        return read_host(content)
    except SnapshotError as error:
        raise UnusableError(f"{shown(path)}: {error}") from error


def refuse_two_readers(files: list[str], arguments: Namespace) -> None:
    """Standard input can be read once only: by one file, or for the values of one."""
    env_files = arguments.env_file or []
    if [*files, arguments.host, *env_files].count(STANDARD_INPUT) > 1 or (
        STANDARD_INPUT in env_files and len(files) > 1
    ):
        raise UnusableError("standard input (`-`) can be read for one file only")
