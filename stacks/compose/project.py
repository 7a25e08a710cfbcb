"""A project of several files as one document: read together, merged as Docker Compose merges them.

Rules look at it as at any document; its places are those of `project_parts`, and `part_at` says whose they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from collections.abc import Sequence as SequenceType
from functools import cached_property
from posixpath import isabs

from stacks.compose.document import Document, Place
from stacks.compose.node_paths import path_at
from stacks.compose.nodes import Mapping, Node, Path, Sequence, find
from stacks.compose.problems import Problem, ProblemKind, Related
from stacks.compose.project_editing import written_place
from stacks.compose.project_loading import FaultKind, Loading, ProjectFault, Scope, is_remote, resolved
from stacks.compose.project_parts import Part, Reader, SourceFile
from stacks.compose.source import SourceText, Span, TextEdit, apply, difference
from stacks.compose.suppressions import Suppressions, read_suppressions
from stacks.compose.yaml import ParsedYaml

# What is said of a single file and not of a project, where files without content and several documents are merged.
_OF_ONE_FILE = frozenset({ProblemKind.EMPTY})


class Project(Document):
    """Several files, or several YAML documents of one, as Compose sees them.

    `files` are those that were named, in their order; `parts` has those that they extend and include as well.
    """

    is_project = True

    def __init__(
        self, files: SequenceType[SourceFile], environment: MappingType[str, str], read: Reader | None = None
    ) -> None:
        self.files = tuple(files)
        self.environment = environment
        self.read = read
        loading = Loading(self.files, read)
        scope = Scope("", environment)
        named = [loading.part(file, scope) for file in self.files]
        root = loading.merged(named, scope, ())
        self.parts = loading.parts
        self.record = loading.record
        problems = tuple(_kept(loading.parts, has_content=root is not None))
        parsed = ParsedYaml(SourceText(loading.parts.text), () if root is None else (root,), (), problems)
        super().__init__(parsed, environment.get)
        self.variables = tuple(each for part in self.parts for each in part.variables)
        self.interpolation_errors = tuple(each for part in self.parts for each in part.interpolation_errors)
        self._loading = loading

    @property
    def named_parts(self) -> tuple[Part, ...]:
        """The files that were named, as they were read; one that was named twice is there once."""
        return tuple(self.parts)[: len(set(self.files))]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.parsed.problems

    @property
    def later_roots(self) -> tuple[Node, ...]:
        return tuple(root for part in self.parts for root in part.roots[1:])

    @cached_property
    def stages(self) -> tuple[Document, ...]:
        """What the files came to before the last was merged in: Compose validates each of these."""
        source = self.parsed.source
        roots = [root for root in self._loading.stages if root is not self.root]
        return tuple(Document(ParsedYaml(source, (root,), (), ()), self.lookup) for root in roots)

    @cached_property
    def faults(self) -> tuple[ProjectFault, ...]:
        """Why Compose refuses the files together."""
        merging = (
            ProjectFault(
                FaultKind.MERGE,
                fault.span,
                f"Docker Compose will refuse to merge these files: {fault.message}",
                "Write both in the same form, or write `!override` in front of this value.",
                (Related(fault.base_span, "to be merged with this"),),
            )
            for fault in self.record.faults
        )
        return tuple(dict.fromkeys((*self._loading.faults, *merging)))

    def part_at(self, offset: int) -> Part:
        """The file that holds a place."""
        return self.parts.at(offset)

    def root_at(self, offset: int) -> Mapping | None:
        roots = self.part_at(offset).roots
        root = next((each for each in reversed(roots) if each.start <= offset), roots[0] if roots else None)
        return root if isinstance(root, Mapping) else None

    def layer_at(self, offset: int) -> int:
        root = self.root_at(offset)
        return self.part_at(offset).start if root is None else root.start

    def path_from(self, offset: int, path: str) -> str:
        """A path as a file has it, from the project's folder."""
        folder = self.part_at(offset).folder
        if not folder or is_remote(path) or isabs(path) or path.startswith("~"):
            return path
        return resolved(folder, path)

    def path_at(self, offset: int) -> Path:
        """The path in the merged data; where what is written there is not part of it, the path in its own file."""
        root = self.root_at(offset)
        if root is None or self.root is None:
            return ()
        local = path_at(root, offset)
        return _path_of_merged(self.root, root, local) or local

    def silences(self, code: str, offset: int) -> bool:
        part = self.part_at(offset)
        found = self._silenced[part.start]
        return bool(found) and found.covers(code, part.source.position(offset - part.start).line)

    @cached_property
    def _silenced(self) -> dict[int, Suppressions]:
        return {part.start: read_suppressions(part.source, _root_of(part), part.start) for part in self.parts}

    def place(self, offset: int) -> Place:
        part = self.part_at(offset)
        position = part.source.position(offset - part.start)
        return Place(part.file.path, position.line, position.column)

    @property
    def texts(self) -> dict[str, str]:
        return {file.path: file.text for file in self.files}

    def written_at(self, path: Path) -> tuple[Document, Path, int]:
        return written_place(self, path)

    def may_edit(self, edits: Iterable[TextEdit]) -> bool:
        named = {part.start for part in self.named_parts}
        return all(self.part_at(edit.span.start).start in named for edit in edits)

    def with_edits(self, edits: Iterable[TextEdit]) -> Project:
        """The project after edits of the files that were named."""
        texts: dict[SourceFile, list[TextEdit]] = {}
        for edit in edits:
            part = self.part_at(edit.span.start)
            texts.setdefault(part.file, []).append(TextEdit(part.local(edit.span), edit.text))
        files = [SourceFile(file.path, apply(file.text, texts.get(file, ()))) for file in self.files]
        return Project(files, self.environment, self.read)

    def edits_to(self, other: Document) -> tuple[TextEdit, ...]:
        after = other.texts
        return tuple(
            TextEdit(Span(edit.span.start + part.start, edit.span.end + part.start), edit.text)
            for part in self.named_parts
            for edit in difference(part.file.text, after[part.file.path])
        )


def _kept(parts: Iterable[Part], *, has_content: bool) -> Iterable[Problem]:
    for part in parts:
        for problem in part.problems:
            if not has_content or problem.kind not in _OF_ONE_FILE:
                yield problem


def _root_of(part: Part) -> Mapping | None:
    return part.roots[0] if part.roots and isinstance(part.roots[0], Mapping) else None


def _path_of_merged(merged: Node, written: Node, path: Path) -> Path | None:
    """A path of a file's own tree as one of the merged tree: items of lists stand elsewhere there."""
    found: list[str | int] = []
    here: Node | None = merged
    for step in path:
        if isinstance(written, Mapping) and isinstance(here, Mapping) and isinstance(step, str):
            below, here = written.value(step), here.value(step)
        elif isinstance(written, Sequence) and isinstance(here, Sequence) and isinstance(step, int):
            below = find(written, step)  # none where the key is there twice, and the other one counts
            step = next((index for index, item in enumerate(here.items) if item is below), -1)
            here = here.items[step] if step >= 0 else None
        else:
            return None
        if below is None or here is None:
            return None
        written = below
        found.append(step)
    return tuple(found)
