"""What `check`, `fix` and `export` look at: a Compose file with its variables, a host, and which findings count."""

from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gpustack.commands.files import (
    STANDARD_INPUT,
    ComposeFile,
    UnusableError,
    read_bytes,
    read_compose_file,
    read_environment,
    shown,
)
from gpustack.commands.settings import settings_reader

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot
    from stacks.reports.selection import Selection


class Inputs(NamedTuple):
    """A Compose file, the values of its variables, the host to hold it against, and the findings that are wanted."""

    file: ComposeFile
    environment: Mapping[str, str]
    host: "HostSnapshot | None"
    selection: "Selection | None"


def read_inputs(path: str, arguments: Namespace) -> Inputs:
    """Read one file of a command with what its settings name. Raises UnusableError."""
    refuse_two_readers([path], arguments)
    file = read_compose_file(path)
    settings = settings_reader(arguments)(file.folder)
    hosts = read_hosts([settings.host])
    return Inputs(file, read_environment(file, arguments.env_file), hosts.get(settings.host), settings.selection(path))


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
