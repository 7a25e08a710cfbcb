"""The text edits of one change at a path, made where the path is written.

Below an alias or a merge the edited mapping gets a copy of its own. Where the text that is edited carries an anchor
and its other users would change, the first of them takes the old text over.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from stacks.compose import reshaping, splicing
from stacks.compose.document import Document
from stacks.compose.emitting import MERGE, Emittable, Written, key_text, mapping_lines
from stacks.compose.layout import Layout
from stacks.compose.nodes import Mapping, Node, Path, Scalar, Sequence, path_text
from stacks.compose.routes import reach
from stacks.compose.sharing import anchored_below, copy_of, merge_copies, merged_names, raw_data, raw_value, release
from stacks.compose.source import EditError, Span, TextEdit
from stacks.compose.splicing import Place
from stacks.compose.verification import leads_to

Edits = tuple[TextEdit, ...]
Change = Callable[[Any, Path], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of a document: `change` makes it on plain data below a path, `here` in the text."""

    path: Path
    change: Change
    here: "Callable[[PathEdit], Edits]"
    in_place: bool = False

    def expected(self, data: Any) -> Any:
        """The data after the change; raises EditError where the path does not allow it."""
        try:
            return self.change(data, self.path)
        except (KeyError, AttributeError):
            raise EditError(f"there is no `{path_text(self.path)}` in the file") from None

    def edits(self, document: Document, before: Emittable = None, *, verify: bool = True) -> Edits:
        """The text edits. `before` is the document's raw data, where the caller has it.

        Without `verify` the caller has to see to it that the result is compared. Raises EditError.
        """
        written = document.written_at(self.path) if self.path else None
        if written is None:
            return PathEdit(document, self).edits(before, verify=verify)
        own, path, start = written
        edits = PathEdit(own, replace(self, path=path)).edits(None, verify=True)
        return tuple(TextEdit(Span(each.span.start + start, each.span.end + start), each.text) for each in edits)


class PathEdit:
    """The making of one operation's edits."""

    def __init__(self, document: Document, operation: Operation) -> None:
        _refuse(document, operation.path)
        self.document = document
        self.operation = operation
        self.path = operation.path
        self.change = operation.change
        self.in_place = operation.in_place or str(operation.path[0]).startswith("x-")
        self.layout = Layout(document.text)
        self.is_detached = False  # whether others that share what is edited are given a copy

    def edits(self, before: Emittable, *, verify: bool) -> Edits:
        if self.document.root is None:
            return self._edits_of_empty()
        before = raw_data(self.document.root) if before is None else before
        expected = self.operation.expected(before)
        if reshaping.same(before, expected):
            return ()
        self.root = self.document.root
        self.reached = reach(self.root, self.path, through=self.in_place)
        edits = self.operation.here(self)
        is_shared = not self.in_place and any(node.anchor for node, _ in self.reached.way)
        if not (verify or is_shared) or self._gives(edits, expected):
            return edits
        if is_shared:
            self.is_detached = True
            edits = self.operation.here(self)
            if self._gives(edits, expected):
                return edits
        raise self._failure()

    def _gives(self, edits: Edits, expected: Emittable) -> bool:
        return leads_to(self.document, edits, expected, self.path if self.in_place else None)

    def _failure(self) -> EditError:
        return EditError(f"`{path_text(self.path)}` is written in a way that cannot be edited safely; edit its text")

    def _edits_of_empty(self) -> Edits:
        """The first lines of a file that holds nothing yet, behind its comments."""
        roots = self.document.parsed.roots
        if len(roots) > 1 or (roots and not (isinstance(roots[0], Scalar) and raw_value(roots[0]) is None)):
            raise EditError("the file is not a mapping, so it has no keys that could be edited")
        expected = self.operation.expected(None)
        text, newline = self.layout.text, self.layout.newline
        lines = mapping_lines(expected, 0, splicing.style_at(self.layout, ()))
        gap = "" if self.layout.ends_with_break(len(text)) else newline
        edits = (TextEdit(Span(len(text), len(text)), gap + "".join(line + newline for line in lines)),)
        if not leads_to(self.document, edits, expected):
            raise self._failure()
        return edits

    # -- what an operation does where its path is written

    def set_here(self) -> Edits:
        reached, place = self.reached, self.reached.place
        if reached.merged is not None:
            return self._override()
        if reached.alias is not None:
            return self._materialise()
        data = self.change(raw_data(reached.node) if reached.rest else None, reached.rest)
        if reached.rest and isinstance(reached.node, Mapping):
            key = reached.rest[0]
            assert isinstance(key, str)
            return (*splicing.add_entry(self.layout, reached.node, place, key, data[key]), *self._release())
        assert place is not None
        if reached.rest and isinstance(reached.node, Sequence):
            edits = splicing.add_item(self.layout, reached.node, place, len(reached.node.items), data[-1])
            return (*edits, *self._release())
        return self._replace(place, data)

    def insert_here(self, index: int | None, value: Emittable) -> Edits:
        reached, place = self.reached, self.reached.place
        if reached.rest or reached.alias is not None or place is None:
            return self.set_here()
        if isinstance(reached.node, Sequence):
            at = len(reached.node.items) if index is None else index
            return (*splicing.add_item(self.layout, reached.node, place, at, value), *self._release())
        return self._replace(place, [value])

    def delete_here(self) -> Edits:
        reached, place = self.reached, self.reached.place
        if reached.merged is not None:
            assert isinstance(reached.node, Mapping)
            return self._override() if len(reached.rest) > 1 else self._unmerge(reached.node, place)
        if reached.alias is not None and reached.rest:
            return self._materialise()
        assert place is not None and place.parent is not None
        if isinstance(place.parent, Sequence):
            return self._remove(place.parent, reached.parent_place, {place.index})
        if self.path[-1] in merged_names(place.parent):
            return self._unmerge(place.parent, reached.parent_place)
        indexes = {n for n, entry in enumerate(place.parent.entries) if entry.name == self.path[-1]}
        return self._remove(place.parent, reached.parent_place, indexes)

    def delete_items_here(self, indexes: frozenset[int]) -> Edits:
        reached = self.reached
        if reached.rest or reached.alias is not None or not isinstance(reached.node, Sequence):
            return self.set_here()
        return self._remove(reached.node, reached.place, set(indexes))

    def rename_here(self, name: str) -> Edits:
        reached, place = self.reached, self.reached.place
        if reached.rest or place is None or not isinstance(place.parent, Mapping):
            raise EditError(f"`{self.path[-1]}` comes from elsewhere in the file; rename it there")
        if name in place.parent.effective:
            raise EditError(f"there is a key `{name}` already")
        if self.path[-1] in merged_names(place.parent):
            raise EditError(f"`{self.path[-1]}` also comes in through `<<`; rename it there as well")
        edits = []
        for entry in place.parent.entries:
            if entry.name == self.path[-1]:
                style = entry.key.style if isinstance(entry.key, Scalar) and entry.key.style in ("'", '"') else None
                edits.append(TextEdit(entry.key.span, key_text(name, flow=place.parent.flow, quote=style)))
        return (*edits, *self._release())

    # -- the parts of these

    def _replace(self, place: Place, value: Emittable) -> Edits:
        """Replace the value that was reached. Its anchor stays in place, and where nobody else uses it."""
        node = self.reached.node
        if self.in_place:
            inner = [(each, None) for each in anchored_below(node) if each is not node]
            released, keep_anchor = release(self.layout, self.root, inner, [place.span]), True
        else:
            released = self._release([node], [place.span])
            keep_anchor = not released
        return (*splicing.replace_value(self.layout, place, value, keep_anchor=keep_anchor), *released)

    def _override(self) -> Edits:
        """Give a mapping its own copy of what it has through `<<`, changed."""
        reached = self.reached
        assert isinstance(reached.node, Mapping) and reached.merged is not None
        key = reached.rest[0]
        assert isinstance(key, str)
        data = self.change({key: copy_of(self.layout.text, reached.merged)}, reached.rest)
        return (*splicing.add_entry(self.layout, reached.node, reached.place, key, data[key]), *self._release())

    def _materialise(self) -> Edits:
        """Write an alias out, changed; of a mapping that only gains or overrides a key, the alias stays as `<<`."""
        reached, place = self.reached, self.reached.place
        assert reached.alias is not None and place is not None
        copy = copy_of(self.layout.text, reached.node)
        data = self.change(copy, reached.rest)
        if isinstance(copy, dict) and isinstance(data, dict) and reached.rest:
            changed = {key: item for key, item in data.items() if key not in copy or item is not copy[key]}
            if copy.keys() <= data.keys() and copy.keys() - changed.keys():
                data = {MERGE: Written(f"*{reached.alias.name}", None), **changed}
        return (*splicing.replace_value(self.layout, place, data), *self._release())

    def _remove(self, collection: Mapping | Sequence, place: Place | None, indexes: set[int]) -> Edits:
        edits = splicing.remove_parts(self.layout, collection, place, indexes)
        return (*edits, *self._release(_written_parts(collection, indexes), [edit.span for edit in edits]))

    def _unmerge(self, mapping: Mapping, place: Place | None) -> Edits:
        """Write out what a mapping has through `<<`, without the key that is deleted."""
        name = self.path[-1]
        copies = {key: item for key, item in merge_copies(self.layout.text, mapping).items() if key != name}
        merges = [index for index, entry in enumerate(mapping.entries) if entry.is_merge]
        gone = {index for index, entry in enumerate(mapping.entries) if entry.name == name} | set(merges)
        edits: Edits = ()
        written = _written_parts(mapping, gone)
        if copies:
            gone.discard(merges[0])
            chain = place.chain if place else ()
            edits = splicing.replace_entry(self.layout, mapping, chain, merges[0], copies)
        if gone:
            edits = (*edits, *splicing.remove_parts(self.layout, mapping, place, gone))
        return (*edits, *self._release(written, [edit.span for edit in edits]))

    def _release(self, removed: list[Node] | None = None, spans: list[Span] | None = None) -> Edits:
        """Free from their other users: what is removed, and (once detached) what is edited on the way."""
        gone = [node for each in removed or () for node in anchored_below(each)]
        shared: list[tuple[Node, Place | None]] = [(node, None) for node in gone]
        if self.is_detached:
            way = [(node, place) for node, place in self.reached.way if node.anchor is not None]
            shared.extend((node, place) for node, place in way if not any(node is each for each in gone))
        return release(self.layout, self.root, shared, spans or [])


def _refuse(document: Document, path: Path) -> None:
    if not document.parsed.is_complete:
        problem = next(problem for problem in document.parsed.problems if problem.kind.stops_parsing)
        line = document.source.position(problem.span.start).line
        raise EditError(f"the file cannot be edited before line {line} is mended: {problem.message}")
    if not path:
        raise EditError("the path is empty")
    if "<<" in path:
        raise EditError("a merge key (`<<`) is not edited by path; edit its text")


def _written_parts(collection: Mapping | Sequence, indexes: set[int]) -> list[Node]:
    """The values of these parts that are written there, not aliases."""
    if isinstance(collection, Mapping):
        return [collection.entries[index].value for index in indexes if collection.entries[index].alias is None]
    return [collection.items[index] for index in indexes if not (collection.aliases and index in collection.aliases)]
