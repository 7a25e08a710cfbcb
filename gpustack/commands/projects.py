"""Finds the Compose projects that the command line names: files as they are, folders as Docker Compose would."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from gpustack.commands.files import STANDARD_INPUT, UnusableError, default_env_file, read_text

# What Docker Compose 2.40 looks for, the first one found counts (compose-go 2.9.1, cli/options.go).
DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


class Project(NamedTuple):
    """The files that make one project, in the order in which Compose merges them."""

    paths: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The project's folder: that of its first file, or for standard input the current one."""
        first = self.paths[0]
        return os.getcwd() if first == STANDARD_INPUT else os.path.dirname(os.path.abspath(first))


def find_projects(named: str, excludes: Callable[[str], bool]) -> list[Project]:
    """The project of a file; of a folder those of every folder at or below it that holds a Compose file.

    `excludes` tells which paths below a named folder to pass over. A folder without any Compose file is given as it is,
    for its reader to refuse.
    """
    whole = [Project((named,))]
    if named == STANDARD_INPUT or not os.path.isdir(named):
        return whole
    return list(_projects_below(named, excludes)) or whole


def folders_below(top: str, excludes: Callable[[str], bool] | None = None) -> Iterator[str]:
    """A folder and those below it, in the order of their paths; hidden ones and other people's code are passed over."""
    for folder, folders, _ in os.walk(top):
        folders[:] = sorted(
            each
            for each in folders
            if not _is_skipped(each) and not (excludes and excludes(os.path.join(folder, each)))
        )
        yield folder


def _projects_below(top: str, excludes: Callable[[str], bool]) -> Iterator[Project]:
    for folder in folders_below(top, excludes):
        project = _project_in(folder)
        if project is not None and not excludes(project.paths[0]):
            yield project


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


def _project_in(folder: str) -> Project | None:
    named = _named_files(folder)
    if named:
        return Project(tuple(os.path.normpath(os.path.join(folder, name)) for name in named))
    main, override = _first(folder, DEFAULT_NAMES), _first(folder, OVERRIDE_NAMES)
    if main is None:
        return None
    return Project((main,) if override is None else (main, override))


def _named_files(folder: str) -> list[str]:
    """The files that `COMPOSE_FILE` names in a folder's `.env`, or for the current folder in the shell."""
    values = _values_of(default_env_file(folder))
    if os.path.abspath(folder) == os.getcwd():
        values = {**values, **os.environ}
    separator = values.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    return [name for name in values.get("COMPOSE_FILE", "").split(separator) if name]


def _values_of(path: str | None) -> Mapping[str, str]:
    try:
        text = "" if path is None else read_text(path)
    except UnusableError:  # said when the project is checked
        return {}
    if "COMPOSE_FILE" not in text:
        return {}
    from stacks.compose.dotenv import parse_dotenv

    return parse_dotenv(text, os.environ.get).values


def _first(folder: str, names: tuple[str, ...]) -> str | None:
    paths = (os.path.normpath(os.path.join(folder, name)) for name in names)
    return next((path for path in paths if os.path.isfile(path)), None)
