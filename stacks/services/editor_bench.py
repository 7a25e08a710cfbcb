"""A document on the workbench: one change after another, each made on the text that the one before left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from stacks.compose.document import Document, Service, parse_document
from stacks.compose.source import TextEdit, apply
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.findings import Diagnostic


class EditRefused(ValueError):  # noqa: N818  (what happened, not a fault)
    """A change that was not made. `errors` gives the reason by the name of the form field that it belongs to."""

    def __init__(self, message: str, field_name: str = "") -> None:
        super().__init__(message)
        self.errors = {field_name: message}


@dataclass(slots=True)
class Bench:
    """The text as it is now, what it is read with, and what was done to it in words."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    host: HostSnapshot | None = None
    told: list[str] = field(default_factory=list)
    _document: Document | None = None

    @property
    def document(self) -> Document:
        if self._document is None:
            self._document = parse_document(self.text, self.values)
        return self._document

    @property
    def is_blank(self) -> bool:
        """Whether the text holds nothing but blanks and comments."""
        return all(not line.strip() or line.lstrip().startswith("#") for line in self.text.splitlines())

    def require_complete(self) -> None:
        """Refuse to change a text that cannot be read: whatever was done to it would be a guess."""
        if not self.is_blank and not self.document.is_complete:
            raise EditRefused(f"mend line {broken_line(self.document)} first")

    def service(self, name: str) -> Service:
        found = self.document.service(name)
        if found is None:
            raise EditRefused(f"there is no service `{name}` in the text any more")
        return found

    def change(self, edits: Iterable[TextEdit]) -> None:
        """Make the edits, which were computed on the document as it is now."""
        self.replace(apply(self.text, edits))

    def replace(self, text: str) -> None:
        if text != self.text:
            self.text, self._document = text, None


def broken_line(document: Document) -> int:
    """The line of the first problem that keeps the text from being read."""
    spans = [problem.span for problem in document.problems if problem.kind.stops_parsing]
    return document.source.position(min(spans).start if spans else 0).line


def place_of(diagnostic: Diagnostic) -> str:
    """The name by which a page refers to a diagnostic: its code and where it begins, `DEV101-345`."""
    return f"{diagnostic.code}-{diagnostic.span.start}"
