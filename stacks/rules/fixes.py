"""Fixes that keep their hands off what is written elsewhere."""

from collections.abc import Callable, Iterable
from functools import partial

from stacks.compose import editing
from stacks.compose.document import Document
from stacks.compose.nodes import Mapping, Node, Path, Sequence
from stacks.compose.schema_faults import Rewrite
from stacks.compose.source import TextEdit
from stacks.rules.findings import Fix


def fix_at(
    document: Document, path: Path, title: str, make_edits: Callable[[], Iterable[TextEdit]], *, safe: bool = True
) -> Fix | None:
    """A fix of what stands at `path`; None where an alias or a merge key brings it there, since others use it too."""
    return Fix(title, make_edits, safe) if _is_written_there(document, path) else None


def rewriting(document: Document, new: Rewrite) -> Fix | None:
    """A fix that writes another value in place of one that the schema refuses."""
    edits = partial(editing.set_value, document, new.path, new.value)
    return fix_at(document, new.path, f"write `{new.shown}`", edits, safe=new.safe)


def _is_written_there(document: Document, path: Path) -> bool:
    node: Node | None = document.root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            entry = node.get(step)
            if entry is None:
                return True
            if entry.alias is not None or entry not in node.entries:
                return False
            node = entry.value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            if node.aliases and step in node.aliases:
                return False
            node = node.items[step]
        else:
            return False
    return True
