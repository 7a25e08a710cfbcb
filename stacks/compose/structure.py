"""What the tree itself shows to be wrong: duplicate keys, merges of nothing, dates, a root that is no mapping."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stacks.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from stacks.compose.problems import Problem, ProblemKind, Related
from stacks.compose.scalars import is_timestamp
from stacks.compose.source import Span

if TYPE_CHECKING:
    from stacks.compose.document import Document


def structure_problems(document: "Document") -> tuple[Problem, ...]:
    """Problems of the tree, in the order of their places."""
    if not document.parsed.is_complete:
        return ()
    roots = document.parsed.roots
    if not roots or (len(roots) == 1 and isinstance(roots[0], Scalar) and roots[0].value is None):
        message = "the file is empty: there is nothing to run"
        return (Problem(ProblemKind.EMPTY, Span(0, 0), message, "Begin with `services:`."),)
    if not isinstance(roots[0], Mapping):
        kind = "a list" if isinstance(roots[0], Sequence) else "plain text"
        message = f"the file is {kind}, but a Compose file is a mapping with the key `services`"
        return (
            Problem(ProblemKind.NOT_A_MAPPING, _first_line(document, roots[0]), message, "Begin with `services:`."),
        )
    problems = [problem for root in roots for problem in _walk(root)]
    if len(roots) > 1:
        problems.append(_several(roots, len(document.text)))
    return tuple(sorted(problems, key=lambda problem: problem.span))


def _first_line(document: "Document", node: Node) -> Span:
    line = document.source.position(node.start).line
    return Span(node.start, max(document.source.line_span(line).end, node.start))


def _several(roots: tuple[Node, ...], length: int) -> Problem:
    message = f"the file holds {len(roots)} YAML documents; Compose merges each into those before it"
    span = Span(min(roots[1].start, length), min(roots[1].start + 1, length))
    return Problem(ProblemKind.SEVERAL_DOCUMENTS, span, message, "Keep one document a file.")


def _walk(node: Node) -> Iterator[Problem]:
    """Every written node once; aliases are not followed, so growth by aliases costs nothing here."""
    pending = [node]
    while pending:
        current = pending.pop()
        if type(current) is Sequence:
            for index, item in enumerate(current.items):
                if type(item) is not Scalar:
                    if not (current.aliases and index in current.aliases):
                        pending.append(item)
                elif item.value is item.text and item.style is None and item.tag is None and is_timestamp(item.text):
                    yield _timestamp(item)
        elif type(current) is Mapping:
            if len(current.effective) != len(current.entries):
                yield from _mapping_problems(current)
            for entry in current.entries:
                value = entry.value
                if type(value) is not Scalar:
                    if entry.alias is None:
                        pending.append(value)
                elif (
                    value.value is value.text and value.style is None and value.tag is None and is_timestamp(value.text)
                ):
                    yield _timestamp(value)


def _timestamp(node: Scalar) -> Problem:
    message = f"Docker Compose will refuse this file: YAML reads `{node.text}` as a date, and no value may be one"
    return Problem(ProblemKind.TIMESTAMP, node.span, message, "Put quotes around it.")


def _mapping_problems(node: Mapping) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in node.entries:
        if entry.is_merge:
            yield from _merge_problem(entry)
        earlier = first.setdefault(entry.name, entry) if isinstance(entry.key, Scalar) else entry
        if earlier is not entry:
            yield Problem(
                ProblemKind.DUPLICATE_KEY,
                entry.key.span,
                f"Docker Compose will refuse this file: the key `{entry.name}` is given twice in one mapping",
                "Keep one of the two.",
                (Related(earlier.key.span, "first given here"),),
            )


def _merge_problem(entry: Entry) -> Iterator[Problem]:
    sources = entry.value.items if isinstance(entry.value, Sequence) else [entry.value]
    if not all(isinstance(source, Mapping) for source in sources):
        message = "Docker Compose will refuse this file: `<<` merges mappings only"
        yield Problem(
            ProblemKind.MERGE, entry.value_span, message, "Give it an alias of a mapping, or a list of such aliases."
        )
