"""What `check`, `fix` and `export` look at: a Compose file with its variables, and a host."""

from argparse import Namespace
from collections.abc import Mapping
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

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot


class Inputs(NamedTuple):
    """A Compose file, the values of its variables, and the host to hold it against."""

    file: ComposeFile
    environment: Mapping[str, str]
    host: "HostSnapshot | None"


def read_inputs(arguments: Namespace) -> Inputs:
    """Read the one file of a command. Raises UnusableError."""
    refuse_two_readers([arguments.file], arguments)
    host = read_host_option(arguments.host)
    file = read_compose_file(arguments.file)
    return Inputs(file, read_environment(file, arguments.env_file), host)


def read_host_option(path: str | None) -> "HostSnapshot | None":
    return None if path is None else read_host_file(path)


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
    """Standard input can be read once only."""
    readers = [*files, arguments.host, *(arguments.env_file or ())]
    if readers.count(STANDARD_INPUT) > 1:
        raise UnusableError("standard input (`-`) can be read for one file only")
