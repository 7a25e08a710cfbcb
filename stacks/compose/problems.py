"""What can be wrong with a text before any rule looks at what it means."""

from enum import StrEnum
from typing import NamedTuple

from stacks.compose.source import SourceText, Span


class ProblemKind(StrEnum):
    """Each kind is reported by one rule; the value is what the rule looks for."""

    SYNTAX = "syntax"
    CHARACTER = "character"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    ALIAS = "alias"
    ALIAS_GROWTH = "alias-growth"
    KEY = "key"
    DUPLICATE_KEY = "duplicate-key"
    MERGE = "merge"
    TIMESTAMP = "timestamp"
    NOT_A_MAPPING = "not-a-mapping"
    EMPTY = "empty"
    SEVERAL_DOCUMENTS = "several-documents"

    @property
    def stops_parsing(self) -> bool:
        """Whether there is no tree to look at further."""
        return self in _STOPPING


_STOPPING = frozenset(
    {
        ProblemKind.SYNTAX,
        ProblemKind.CHARACTER,
        ProblemKind.TOO_LARGE,
        ProblemKind.TOO_DEEP,
        ProblemKind.ALIAS,
        ProblemKind.ALIAS_GROWTH,
        ProblemKind.NOT_A_MAPPING,
        ProblemKind.EMPTY,
    }
)


class Related(NamedTuple):
    """A second place that explains a problem, such as the first of two equal keys.

    `path` and `source` are those of its file where that is another one, and the span is one of its text.
    """

    span: Span
    message: str
    path: str = ""
    source: SourceText | None = None


class Problem(NamedTuple):
    """One fault at a place; the message says what happens, the hint what to do."""

    kind: ProblemKind
    span: Span
    message: str
    hint: str = ""
    related: tuple[Related, ...] = ()
