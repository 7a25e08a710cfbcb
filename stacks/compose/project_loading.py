"""Reads the files of a project and makes one model of them, in the order in which Docker Compose does.

Of each file first the services that extend others are completed, then the models that it includes are taken in, then
it is merged into what the files before gave. Source: compose-go 2.9.1, loader/loader.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from posixpath import dirname, isabs, join, normpath
from typing import TYPE_CHECKING, Final, NamedTuple

from stacks.compose.merging import MergeRecord, merge_files
from stacks.compose.nodes import Mapping
from stacks.compose.problems import Related
from stacks.compose.project_parts import Part, Parts, Reader, SourceFile
from stacks.compose.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

# What a project of files that name each other may grow to; Compose knows no bounds.
MOST_FILES: Final = 100
MOST_TEXT: Final = 4 * 1024 * 1024  # code points
_MOST_MODELS: Final = 200


class FaultKind(StrEnum):
    """Why Compose refuses the files together; each kind is reported by one rule."""

    MERGE = "merge"
    BASE = "base"
    INCLUDE_CONFLICT = "include-conflict"
    INCLUDE_CYCLE = "include-cycle"


class ProjectFault(NamedTuple):
    """A refusal with its place; `service` is the one that lacks its base."""

    kind: FaultKind
    span: Span
    message: str
    hint: str
    related: tuple[Related, ...] = ()
    service: str | None = None


class Scope(NamedTuple):
    """Where files are looked for, and what their variables are."""

    folder: str
    environment: MappingType[str, str]


class Loading:
    """One reading of a project: its files so far, what they came to, and what Compose would refuse."""

    def __init__(self, files: Iterable[SourceFile], read: Reader | None) -> None:
        self.parts = Parts()
        self.record = MergeRecord()
        self.faults: list[ProjectFault] = []
        self.stages: list[Mapping] = []
        self._files: dict[str, SourceFile | None] = {file.path: file for file in files}
        self.services: dict[tuple[str, int], object] = {}  # of extended files, by path and environment
        self._read = read
        self._known: dict[tuple[str, str, int], Part] = {}
        self._models = 0

    def find(self, folder: str, path: str) -> SourceFile | None:
        """The file that a path names; None where it cannot be read."""
        key = resolved(folder, path)
        if is_remote(path):
            return None
        if key not in self._files:
            if self._read is None:
                return None
            is_full = len(self.parts) >= MOST_FILES or self.parts.length > MOST_TEXT
            text = None if is_full else self._read(key)
            self._files[key] = None if text is None else SourceFile(key, text)
        return self._files[key]

    def part(self, file: SourceFile, scope: Scope) -> Part:
        """The file as a part of the project: read once for a folder and an environment."""
        known = (file.path, scope.folder, id(scope.environment))
        if known not in self._known:
            self._known[known] = self.parts.add(file, scope.folder, scope.environment.get)
        return self._known[known]

    def model(self, files: Iterable[SourceFile], scope: Scope, trail: tuple[str, ...]) -> Mapping | None:
        """What files come to together; None where there is nothing, or too much. `trail` are the files that include."""
        self._models += 1
        if self._models > _MOST_MODELS:
            return None
        return self.merged([self.part(file, scope) for file in files], scope, trail)

    def merged(self, parts: Iterable[Part], scope: Scope, trail: tuple[str, ...]) -> Mapping | None:
        """As `model`, of files that were parsed."""
        from stacks.compose.extending import extend_services
        from stacks.compose.including import include_models

        merged: Mapping | None = None
        for part in parts:
            trail = (*trail, part.file.path)
            for root in part.roots:
                if isinstance(root, Mapping):
                    whole = include_models(self, extend_services(self, root, part, scope), scope, trail)
                    merged = whole if merged is None else merge_files(self.record, merged, whole)
                    self.stages.append(merged)
        return merged


def resolved(folder: str, path: str) -> str:
    """A path of a file in `folder`, from the project's folder."""
    return normpath(path if isabs(path) else join(folder, path))


def folder_of(path: str) -> str:
    return dirname(path)


def is_remote(path: str) -> bool:
    """Whether Compose fetches it from elsewhere."""
    return "://" in path or path.startswith(("git@", "github.com/", "oci:"))
