"""What a project has settled for itself: `.gpu-compose.toml`, or `[tool.gpu-compose]` in `pyproject.toml`.

docs/configuration.md describes the keys. The nearest file at or above the checked file's folder counts, alone.
"""

import os
import re
from argparse import Namespace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stacks.reports.selection import Selection

OWN_NAME = ".gpu-compose.toml"
SHARED_NAME = "pyproject.toml"
_TABLE = "gpu-compose"


class Settings(NamedTuple):
    """The settings for one folder; `path` is the file that they come from, empty where there is none."""

    path: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    host: str | None = None
    strict: bool = False
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def excludes(self, path: str) -> bool:
        """Whether a path that a walk has come by is to be passed over."""
        return bool(self.exclude) and _matches(self._relative(path), self.exclude)

    def ignored_in(self, path: str) -> tuple[str, ...]:
        """What is ignored in one file: everywhere, and there."""
        if not self.per_file_ignores:
            return self.ignore
        relative = self._relative(path)
        return self.ignore + tuple(
            code for pattern, codes in self.per_file_ignores if _matches(relative, (pattern,)) for code in codes
        )

    def selection(self, path: str) -> "Selection | None":
        """Which findings of a file are wanted; None where all are, as they are."""
        ignore = self.ignored_in(path)
        if not (self.select or ignore or self.severity):
            return None
        from stacks.reports.selection import Selection
        from stacks.rules.findings import Severity

        return Selection(self.select, ignore, tuple((code, Severity(name)) for code, name in self.severity))

    def _relative(self, path: str) -> str:
        return os.path.relpath(os.path.abspath(path), os.path.dirname(self.path)).replace(os.sep, "/")


def settings_reader(arguments: Namespace) -> "Callable[[str], Settings]":
    """Gives the settings for a folder: the nearest file's, overruled by what the command line says.

    Each file is read once. Raises UnusableError for a file that says what cannot be.
    """
    known: dict[str, Settings] = {}

    def read(folder: str) -> Settings:
        if folder not in known:
            found = Settings() if arguments.no_config else _nearest(folder, arguments.config)
            known[folder] = _overruled(found, arguments)
        return known[folder]

    return read


def _overruled(settings: Settings, arguments: Namespace) -> Settings:
    if getattr(arguments, "select", None):
        settings = settings._replace(select=_known(arguments.select, "--select"), ignore=())
    if getattr(arguments, "ignore", None):
        settings = settings._replace(ignore=settings.ignore + _known(arguments.ignore, "--ignore"))
    if arguments.host is not None:
        settings = settings._replace(host=arguments.host)
    if getattr(arguments, "strict", None) is not None:
        settings = settings._replace(strict=arguments.strict)
    return settings


def _known(options: "Iterable[str]", name: str) -> tuple[str, ...]:
    from gpustack.commands.settings_file import known_codes

    return known_codes([code for option in options for code in option.split(",") if code.strip()], name)


def _nearest(folder: str, chosen: str | None) -> Settings:
    if chosen is not None:
        return _read(chosen, whole=os.path.basename(chosen) != SHARED_NAME) or Settings(path=os.path.abspath(chosen))
    while True:
        own, shared = os.path.join(folder, OWN_NAME), os.path.join(folder, SHARED_NAME)
        if os.path.isfile(own):
            return _read(own, whole=True) or Settings()
        found = _read(shared, whole=False) if os.path.isfile(shared) else None
        if found is not None:
            return found
        above = os.path.dirname(folder)
        if above == folder:
            return Settings()
        folder = above


def _read(path: str, *, whole: bool) -> Settings | None:
    """A file's settings; None where a pyproject.toml has none."""
    from gpustack.commands.files import read_text

    text = read_text(path)
    if not whole and not _may_have_table(text):
        return None
    from gpustack.commands.settings_file import parse_settings

    values = parse_settings(path, text, None if whole else _TABLE)
    return None if values is None else _settings(path, values)


def _may_have_table(text: str) -> bool:
    """Most have none: this spares them the reading of TOML."""
    if _TABLE not in text:
        return False
    key = r"""["']?tool["']?\s*"""
    return re.search(rf"""^\s*(?:{key}[.=]|\[\s*{key}(?:\]|\.\s*["']?{_TABLE}))""", text, re.MULTILINE) is not None


def _settings(path: str, values: dict[str, Any]) -> Settings:
    path = os.path.abspath(path)
    host = values.pop("host", None)
    return Settings(path, host=None if host is None else os.path.join(os.path.dirname(path), host), **values)


def _matches(path: str, patterns: "Iterable[str]") -> bool:
    """Whether a path, or a folder that it lies in, is one of the patterns; `*` goes over `/` too."""
    from fnmatch import fnmatchcase

    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    return any(fnmatchcase(each, pattern.removeprefix("./").rstrip("/")) for pattern in patterns for each in above)
