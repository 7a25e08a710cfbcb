"""Many edits of one document, parsed again as seldom as possible.

Edits of different services are made on one tree and compared together; a further edit of the same service, or one that
touches the same text, waits until the text was parsed again.
"""

from collections.abc import Iterable

from stacks.compose import reshaping
from stacks.compose.document import Document
from stacks.compose.nodes import Path
from stacks.compose.operations import (
    deletion,
    environment_deletion,
    environment_setting,
    insertion,
    pruned,
    renaming,
    setting,
)
from stacks.compose.path_edits import Operation
from stacks.compose.sharing import raw_data
from stacks.compose.source import EditError, TextEdit, apply
from stacks.compose.verification import leads_to
from stacks.compose.yaml import parse_yaml


class EditBatch:
    """Edits one after the other, each as if made on the text that the one before left. All raise EditError."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._operations: list[Operation] = []
        self._edits: list[TextEdit] = []
        self._owners: set[Path] = set()
        self._before = self._expected = raw_data(document.root) if document.root else None

    def set_value(self, path: Path, value: object) -> None:
        self.make(setting(path, value))

    def append_item(self, path: Path, value: object) -> None:
        self.make(insertion(path, None, value))

    def delete(self, path: Path, *, prune: bool = False) -> None:
        self.make(deletion(pruned(self._expected, path) if prune else path))

    def rename_key(self, path: Path, name: str) -> None:
        self.make(renaming(path, name))

    def set_environment(self, service: str, name: str, value: str | None) -> None:
        self._settle(("services", service))
        self.make(environment_setting(self._document, service, name, value))

    def delete_environment(self, service: str, name: str) -> None:
        self._settle(("services", service))
        self.make(environment_deletion(self._document, service, name))

    def make(self, operation: Operation) -> None:
        owner = operation.path[:2] if operation.path[:1] == ("services",) else operation.path[:1]
        self._settle(owner)
        edits = operation.edits(self._document, self._before, verify=False)
        if _touch(edits, self._edits):
            self._flush()
            edits = operation.edits(self._document, self._before, verify=False)
        self._expected = operation.expected(self._expected)
        self._operations.append(operation)
        self._edits.extend(edits)
        self._owners.add(owner)

    def finish(self) -> Document:
        """The document after all edits."""
        self._flush()
        return self._document

    def _settle(self, owner: Path) -> None:
        """See to it that what is below `owner` stands in the text as the edits so far left it."""
        if any(owner[: len(each)] == each or each[: len(owner)] == owner for each in self._owners):
            self._flush()

    def _flush(self) -> None:
        if not self._operations:
            return
        if self._edits and leads_to(self._document, tuple(self._edits), self._expected):
            self._document = _after(self._document, self._edits)
        elif self._edits:
            for operation in self._operations:
                self._document = _after(self._document, operation.edits(self._document))
            if not reshaping.same(raw_data(self._document.root) if self._document.root else None, self._expected):
                raise EditError("the edits cannot be made together; edit the text")
        self._operations, self._edits, self._owners = [], [], set()
        self._before = self._expected = raw_data(self._document.root) if self._document.root else None


def _after(document: Document, edits: Iterable[TextEdit]) -> Document:
    return Document(parse_yaml(apply(document.text, edits)), document.lookup)


def _touch(edits: Iterable[TextEdit], others: list[TextEdit]) -> bool:
    return any(
        edit.span.start <= other.span.end and other.span.start <= edit.span.end for edit in edits for other in others
    )
