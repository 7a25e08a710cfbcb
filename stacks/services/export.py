"""A stack's file in the form that a host's tools take, with its own verdict: what was checked, and against what."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from stacks.compose.document import Document, parse_document
from stacks.compose.dotenv import DotEnvProblem
from stacks.hosts.snapshot import HostSnapshot
from stacks.models import Stack
from stacks.renderers.registry import Dialect, Pin, Rendered, RenderError, RenderNote, render
from stacks.rules.checker import Report, check_text
from stacks.services.analysis import environment_problems, environment_values, latest_snapshot
from stacks.services.difference import Difference, DiffLine, LineKind, compare

SHOWN_DIFFERENCES = 2000
"""Lines of a difference on the page; nobody reads further, and a browser would be long at it."""

DIALECTS = {
    Dialect.DOCUMENT: ("My text as it is", "Your file to the last space and comment."),
    Dialect.DEPLOY: (
        "Docker Compose 1.28 or newer",
        "GPUs under `deploy … devices`: what most hosts take.",
    ),
    Dialect.GPUS: ("Docker Compose 2.30 or newer", "GPUs under `gpus`, the short form."),
    Dialect.RUNTIME: (
        "Hosts with only the nvidia runtime",
        "`runtime: nvidia` and a variable, for older engines and Compose.",
    ),
    Dialect.CDI: ("Hosts with CDI", "GPUs by their CDI names, such as `nvidia.com/gpu=0`."),
}
PINS = {
    Pin.KEEP: ("As written", "Each service keeps its way of asking."),
    Pin.UUID: ("By UUID", "These very cards, even after one is added or moved."),
    Pin.INDEX: ("By index", "GPU 0, 1, … in the order of nvidia-smi."),
    Pin.COUNT: ("By count", "Any number N is the first N GPUs of the host."),
}


class ExportError(ValueError):
    """A choice that gives no file; the message says why, for the user's eyes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button. `problem` says why it cannot be chosen; empty where it can."""

    value: str
    title: str
    help: str
    chosen: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A file made from a stack: the report is on this file itself, the difference leads to it from the stack's text."""

    dialect: Dialect
    pin: Pin
    text: str
    notes: tuple[RenderNote, ...]
    report: Report
    difference: Difference
    snapshot: HostSnapshot | None
    snapshot_id: int | None
    environment_problems: tuple[DotEnvProblem, ...]

    @property
    def errors(self) -> int:
        return self.report.errors + len(self.environment_problems)


class StackExport:
    """What a stack can be exported as. Each combination is tried once, and only when something depends on it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.values = environment_values(stack.environment)
        self.snapshot_id, self.snapshot = latest_snapshot(stack)
        self._attempts: dict[tuple[Dialect, Pin], Rendered | RenderError] = {}

    @cached_property
    def document(self) -> Document:
        return parse_document(self.stack.document, self.values)

    @property
    def is_blank(self) -> bool:
        return not self.stack.document.strip()

    @property
    def is_broken(self) -> bool:
        """Whether the text cannot be read as a Compose file: then it is only to be had as it is."""
        return not self.document.is_complete

    def make(self, dialect: str, pin: str) -> Exported:
        """The file of a dialect and a way of naming GPUs. Raises ExportError where there is none."""
        if dialect not in set(Dialect) or pin not in set(Pin):
            raise ExportError("There is no such way of exporting. Choose one of these.")
        rendered = self._rendered(Dialect(dialect), Pin(pin))
        return Exported(
            dialect=rendered.dialect,
            pin=Pin(pin),
            text=rendered.text,
            notes=rendered.notes,
            report=check_text(rendered.text, self.values, self.snapshot),
            difference=_shown(compare(self.stack.document, rendered.text)),
            snapshot=self.snapshot,
            snapshot_id=self.snapshot_id,
            environment_problems=environment_problems(self.stack.environment),
        )

    def dialect_choices(self, chosen: str) -> Iterator[Choice]:
        """The dialects; one is offered if any way of naming GPUs makes a file of it."""
        for dialect, (title, help_text) in DIALECTS.items():
            problem = self._why_none((dialect, pin) for pin in PINS)
            yield Choice(dialect, title, help_text, dialect == chosen, problem)

    def pin_choices(self, dialect: str, chosen: str) -> Iterator[Choice]:
        """The ways of naming GPUs; one is offered if any dialect that writes names takes it, the chosen one first."""
        writing = sorted(DIALECTS.keys() - {Dialect.DOCUMENT}, key=lambda each: (each != dialect, each))
        for pin, (title, help_text) in PINS.items():
            problem = self._why_none((each, pin) for each in writing)
            yield Choice(pin, title, help_text, pin == chosen, problem)

    def _why_none(self, combinations: Iterator[tuple[Dialect, Pin]]) -> str:
        """Nothing if one of the combinations makes a file, else why the first does not."""
        reason = ""
        for dialect, pin in combinations:
            try:
                self._rendered(dialect, pin)
            except ExportError as error:
                reason = reason or str(error)
            else:
                return ""
        return reason

    def _rendered(self, dialect: Dialect, pin: Pin) -> Rendered:
        attempt = self._attempts.get((dialect, pin))
        if attempt is None:
            try:
                attempt = render(self.document, dialect, pin, self.snapshot)
            except RenderError as error:
                attempt = error
            self._attempts[dialect, pin] = attempt
        if isinstance(attempt, RenderError):
            raise ExportError(str(attempt))
        return attempt


def _shown(difference: Difference) -> Difference:
    left_out = len(difference.lines) - SHOWN_DIFFERENCES
    if left_out <= 0:
        return difference
    rest = DiffLine(LineKind.FOLDED, None, None, f"{left_out} more lines, not shown")
    return replace(difference, lines=(*difference.lines[:SHOWN_DIFFERENCES], rest))
