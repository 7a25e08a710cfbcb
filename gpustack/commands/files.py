"""Reads what the command line names, and writes what it answers; every failure is one line for the user."""

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

STANDARD_INPUT = "-"
_LARGEST = 8 * 1024 * 1024  # bytes; the checker says of more than 1 MiB that it is too large, this ends what never ends
_MARK = "\ufeff"


class UnusableError(Exception):
    """What was asked for cannot be done with what was given; the message is one line. The exit code is 2."""


class ComposeFile(NamedTuple):
    """A Compose file as text without its byte order mark (kept in `mark`); `folder` is the project's folder.

    Line breaks are those of the file. For standard input the folder is the current one, as in Docker Compose.
    """

    path: str
    text: str
    mark: str
    folder: str

    @property
    def shown_path(self) -> str:
        return shown(self.path)

    def exists(self, path: str) -> bool:
        """Whether a path, relative to the project's folder, is there."""
        try:
            return os.path.exists(os.path.join(self.folder, os.path.expanduser(path)))
        except ValueError:  # a path with a NUL
            return False

    def read(self, path: str) -> str | None:
        """The text of another file, by its path from the project's folder; None where Compose could not read it."""
        whole = os.path.join(self.folder, os.path.expanduser(path))
        try:
            return read_text(whole).removeprefix(_MARK) if os.path.isfile(whole) else None
        except (UnusableError, ValueError):
            return None


def shown(path: str) -> str:
    return "<stdin>" if path == STANDARD_INPUT else path


def read_bytes(path: str) -> bytes:
    """The whole of a file, or of standard input for `-`. Raises UnusableError."""
    try:
        if path == STANDARD_INPUT:
            if sys.stdin is None:
                raise UnusableError("standard input is closed")
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with open(path, "rb") as file:
                content = file.read(_LARGEST + 1)
    except OSError as error:
        raise UnusableError(f"{shown(path)}: {reason(error)}") from error
    if len(content) > _LARGEST:
        raise UnusableError(f"{shown(path)}: larger than {_LARGEST // 1024**2} MiB, so it was not read")
    return content


def read_text(path: str) -> str:
    """A file as UTF-8 text, byte order mark and line breaks included. Raises UnusableError."""
    content = read_bytes(path)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise UnusableError(f"{shown(path)}: this is UTF-16; save it as UTF-8") from error
        line = content.count(b"\n", 0, error.start) + 1
        raise UnusableError(f"{shown(path)}: not UTF-8: byte {error.start} on line {line}") from error


def read_compose_file(path: str) -> ComposeFile:
    """Raises UnusableError for what is absent, unreadable or not UTF-8."""
    text = read_text(path)
    mark = _MARK if text.startswith(_MARK) else ""
    folder = os.getcwd() if path == STANDARD_INPUT else os.path.dirname(os.path.abspath(path))
    return ComposeFile(path, text.removeprefix(_MARK), mark, folder)


def read_environment(file: ComposeFile, env_files: list[str] | None) -> Mapping[str, str]:
    """The values of the file's `${VARIABLES}`, as Docker Compose finds them.

    They come from the given files, or those of `COMPOSE_ENV_FILES`, or else from `.env` in the project's folder; what
    the process's own environment sets goes before all. Raises UnusableError for a file that Compose could not read
    either.
    """
    paths = env_files or _env_files(file.folder)
    values: dict[str, str] = {}
    for path in paths:
        from stacks.compose.dotenv import parse_dotenv

        known = {**values, **os.environ}
        found = parse_dotenv(read_text(path), known.get)
        for problem in found.problems:
            raise UnusableError(f"{shown(path)}:{problem.line}: {problem.message}")
        values |= found.values
    return {"COMPOSE_PROJECT_NAME": _project_name(file.folder), **values, **os.environ}


def _env_files(folder: str) -> list[str]:
    named = [path for path in os.environ.get("COMPOSE_ENV_FILES", "").split(",") if path]
    default = default_env_file(folder)
    return named if named or default is None else [default]


def default_env_file(folder: str) -> str | None:
    """The `.env` of a project's folder, where there is one and it counts."""
    if os.environ.get("COMPOSE_DISABLE_ENV_FILE", "") in ("1", "t", "T", "TRUE", "true", "True"):
        return None
    path = os.path.join(folder, ".env")
    return path if os.path.isfile(path) else None


def _project_name(folder: str) -> str:
    """The name that Compose gives a project of this folder: letters, digits, `-` and `_` of its name, in lower case."""
    name = os.path.basename(folder).lower()
    return "".join(each for each in name if each.isascii() and (each.isalnum() or each in "-_")).lstrip("-_")


def reason(error: OSError) -> str:
    """Why the operating system refused, beginning lower-case."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def write(text: str) -> None:
    """Write data or a report to standard output as UTF-8, line breaks as they are.

    Raises UnusableError where it is full.
    A reader that has gone (`| head`) raises BrokenPipeError, for the command line to end quietly.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnusableError(f"standard output: {reason(error)}") from error


def say(message: str) -> None:
    """A message for the person, on standard error."""
    if sys.stderr is not None:
        from stacks.reports.visible import visible

        text = f"gpu-compose: {visible(message)}\n"
        sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8"))


def replace_file(path: str, text: str) -> None:
    """Put a new text in a file's place in one step; its mode and a link to it stay. Raises UnusableError.

    A file that is new gets the mode that any program would give it.
    """
    import shutil
    import tempfile

    target = os.path.realpath(path)
    draft = None
    try:
        descriptor, draft = tempfile.mkstemp(prefix=".gpu-compose-", dir=os.path.dirname(target))
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(descriptor)
        if os.path.exists(target):
            shutil.copymode(target, draft)
        else:
            os.chmod(draft, 0o666 & ~_umask())
        os.replace(draft, target)
    except OSError as error:
        if draft is not None and os.path.exists(draft):
            os.unlink(draft)
        raise UnusableError(f"{path}: cannot be written: {reason(error)}") from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
