"""The files of a project in one space of places: the texts stand one behind the other, a line break between them.

So every span is that of one place in one file, and whatever compares or sorts places works for a project as for a file.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from stacks.compose.document import Document
from stacks.compose.interpolation import InterpolationError, VariableReference
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.problems import Problem, Related
from stacks.compose.source import SourceText, Span
from stacks.compose.yaml import parse_yaml


class SourceFile(NamedTuple):
    """A file by its path from the project's folder, and its text."""

    path: str
    text: str


Reader = Callable[[str], str | None]
"""Gives the text of the file at a path from the project's folder; None where it cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One file of a project. Its text begins at `start` of the whole; `folder` is what its paths are relative to."""

    file: SourceFile
    folder: str
    start: int
    source: SourceText
    roots: tuple[Node, ...]
    problems: tuple[Problem, ...]
    variables: tuple[tuple[Scalar, VariableReference], ...]
    interpolation_errors: tuple[tuple[Scalar, InterpolationError], ...]

    @property
    def end(self) -> int:
        return self.start + len(self.file.text)

    def local(self, span: Span) -> Span:
        """A span of the whole as one of this file."""
        return Span(span.start - self.start, span.end - self.start)


class Parts:
    """The files of a project in the order in which they were read."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._length = 0

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def length(self) -> int:
        """Code points of all texts together."""
        return self._length

    @property
    def text(self) -> str:
        return "\n".join(part.file.text for part in self._parts)

    def add(self, file: SourceFile, folder: str, lookup: Callable[[str], str | None]) -> Part:
        """Parse a file and put it behind the others."""
        start = self._length + 1 if self._parts else 0
        document = Document(parse_yaml(file.text), lookup)
        problems = document.problems
        if start:
            _shift(document.parsed.roots, start)
            problems = tuple(_shifted(problem, start) for problem in problems)
        part = Part(
            file,
            folder,
            start,
            document.source,
            document.parsed.roots if document.parsed.is_complete else (),
            problems,
            document.variables,
            document.interpolation_errors,
        )
        self._parts.append(part)
        self._length = part.end
        return part

    def at(self, offset: int) -> Part:
        """The file that holds a place."""
        return self._parts[max(bisect_right(self._parts, offset, key=lambda part: part.start) - 1, 0)]


def _shift(roots: Iterable[Node], by: int) -> None:
    """Move every node that is written below the roots; what aliases lead to is written elsewhere, and moved there."""
    seen: set[int] = set()
    pending: list[Node] = list(roots)
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        node.start += by
        node.end += by
        if isinstance(node, Sequence):
            pending.extend(node.items)
            for alias in (node.aliases or {}).values():
                alias.start += by
                alias.end += by
        elif isinstance(node, Mapping):
            for entry in node.entries:
                pending += (entry.key, entry.value)
                if entry.alias is not None:
                    entry.alias.start += by
                    entry.alias.end += by


def _shifted(problem: Problem, by: int) -> Problem:
    related = tuple(Related(_moved(each.span, by), each.message) for each in problem.related)
    return problem._replace(span=_moved(problem.span, by), related=related)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
