"""The files of one project, read: one that was named, or several that Docker Compose would merge."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gpustack.commands.files import (
    STANDARD_INPUT,
    ComposeFile,
    read_compose_file,
    read_environment,
    shown,
)

if TYPE_CHECKING:
    from stacks.hosts.snapshot import HostSnapshot
    from stacks.reports.checked import CheckedFile
    from stacks.rules.checker import Report


class OpenedProject(NamedTuple):
    """The named files and the values of their variables. Paths inside are relative to the folder of the first one."""

    files: tuple[ComposeFile, ...]
    environment: Mapping[str, str]

    @property
    def first(self) -> ComposeFile:
        return self.files[0]

    def key(self, file: ComposeFile) -> str:
        """A named file's path from the project's folder."""
        if file.path == STANDARD_INPUT:
            return STANDARD_INPUT
        return os.path.relpath(os.path.abspath(file.path), self.first.folder).replace(os.sep, "/")

    def shown(self, key: str) -> str:
        """The name for people of a file at a path from the project's folder: as it was named, where it was."""
        for file in self.files:
            if key in ("", self.key(file)):
                return file.shown_path
        beside = "" if self.first.path == STANDARD_INPUT else os.path.dirname(self.first.path)
        return os.path.normpath(os.path.join(beside, key))

    def check(self, host: "HostSnapshot | None") -> "Report":
        first = self.first
        if len(self.files) == 1:
            from stacks.rules.checker import check_text

            return check_text(first.text, self.environment, host, first.exists, first.read, self.key(first))
        from stacks.compose.project import Project
        from stacks.compose.project_parts import SourceFile
        from stacks.compose.yaml import paused_collector
        from stacks.rules.checker import check_document

        named = [SourceFile(self.key(file), file.text) for file in self.files]
        with paused_collector():
            return check_document(Project(named, self.environment, first.read), host, first.exists)

    def reports(self, report: "Report") -> "list[CheckedFile]":
        """The report on each file of the project."""
        if not report.document.is_project:
            from stacks.reports.checked import CheckedFile

            return [CheckedFile(shown(self.first.path), report)]
        from stacks.reports.projects import checked_files

        return checked_files(report, self.shown)


def open_project(paths: tuple[str, ...], env_files: list[str] | None) -> OpenedProject:
    """Raises UnusableError for a file that is absent, unreadable or not UTF-8, and for values that cannot be read."""
    files = tuple(read_compose_file(path) for path in paths)
    return OpenedProject(files, read_environment(files[0], env_files))
