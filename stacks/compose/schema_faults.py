"""What the schema layer reports."""

from enum import StrEnum
from typing import NamedTuple

from stacks.compose.nodes import Path
from stacks.compose.problems import Related
from stacks.compose.source import Span


class SchemaFault(StrEnum):
    """Each kind is reported by one rule."""

    UNKNOWN_KEY = "unknown-key"
    BAD_NAME = "bad-name"  # a key where any name may stand, but not this one
    WRONG_TYPE = "wrong-type"
    NOTHING = "nothing"  # a key without a value
    MISSING_KEY = "missing-key"
    VALUE = "value"  # not one of those allowed, or out of range
    PATTERN = "pattern"
    DUPLICATE = "duplicate"


class Rewrite(NamedTuple):
    """What to write at a path in place of what stands there: the data, and how it looks. `safe`: that was meant."""

    path: Path
    value: str | int | bool
    shown: str
    safe: bool = True


class SchemaProblem(NamedTuple):
    """One fault. `path` leads to the value at fault; for a key (unknown, missing, bad name) it ends with that key.

    `suggestion` is the word to write instead, where it is certain; `repair` is what to write before and after a plain
    value, and what that does, where it is certain that only the form is wrong. `rewrite` is another value.
    """

    fault: SchemaFault
    span: Span
    path: Path
    message: str
    hint: str = ""
    related: tuple[Related, ...] = ()
    suggestion: str | None = None
    repair: tuple[str, str, str] | None = None
    rewrite: Rewrite | None = None
