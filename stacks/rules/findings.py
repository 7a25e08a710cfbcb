"""What rules say, and what the checker makes of it."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from stacks.compose.problems import Related
from stacks.compose.source import EditError, Span, TextEdit

if TYPE_CHECKING:
    from stacks.rules.registry import Rule

__all__ = ["Diagnostic", "Finding", "Fix", "Layer", "Related", "Severity"]


class Severity(StrEnum):
    """error: it will not start or not get the GPU that the user means; warning: it starts and will disappoint."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Layer(StrEnum):
    """Who will refuse: the YAML reader, the schema, Compose, engine/toolkit/CUDA, this host, or nobody (practice)."""

    YAML = "yaml"
    SCHEMA = "schema"
    COMPOSE = "compose"
    GPU = "gpu"
    HOST = "host"
    PRACTICE = "practice"


class Fix(NamedTuple):
    """A repair as text edits, made only when somebody asks for them.

    `title` is an imperative ("remove `count`"). `safe`: the file means what its author meant, for certain; what
    needs a choice is not safe. Applying a fix must never add an error.
    """

    title: str
    make_edits: Callable[[], Iterable[TextEdit]]
    safe: bool = True

    @property
    def edits(self) -> tuple[TextEdit, ...]:
        """The edits; none where the text cannot be edited in that way."""
        try:
            return tuple(self.make_edits())
        except EditError:
            return ()


class Finding(NamedTuple):
    """What a rule saw and where. The message begins lower-case, values in backticks; the hint is an imperative.

    `severity` replaces the rule's own where one case of it is milder.
    """

    span: Span
    message: str
    hint: str = ""
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    severity: Severity | None = None


class Diagnostic(NamedTuple):
    """A finding stamped with its rule, its severity and where in the tree it stands."""

    rule: "Rule"
    severity: Severity
    finding: Finding
    service: str | None
    path: tuple[str | int, ...]

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def layer(self) -> Layer:
        return self.rule.layer

    @property
    def span(self) -> Span:
        return self.finding.span

    @property
    def message(self) -> str:
        return self.finding.message

    @property
    def hint(self) -> str:
        return self.finding.hint

    @property
    def fix(self) -> Fix | None:
        return self.finding.fix

    @property
    def related(self) -> tuple[Related, ...]:
        return self.finding.related
