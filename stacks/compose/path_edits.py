"""One edit at a path: how far the path leads through the text itself, and which splice is made there.

The text is cut only where the path is written; below an alias or a merge the edited mapping gets a copy of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from stacks.compose import reshaping, splicing
from stacks.compose.document import Document
from stacks.compose.emitting import MERGE, Emittable, Written, key_text, mapping_lines
from stacks.compose.layout import EditError, Layout
from stacks.compose.nodes import Alias, Mapping, Node, Path, Scalar, Sequence, path_text
from stacks.compose.sharing import (
    anchored_below,
    copy_of,
    merge_copies,
    merged_names,
    place_of,
    raw_data,
    raw_value,
    release,
)
from stacks.compose.source import OverlappingEditsError, Span, TextEdit, apply
from stacks.compose.splicing import Place
from stacks.compose.yaml import parse_yaml

Change = Callable[[Any, Path], Any]


@dataclass(slots=True)
class Reached:
    """How far a path leads through the text itself, and what stands there.

    `node` is the last node reached, at `place`, and `rest` the steps that are left. With `alias`, `place` holds an
    alias of `node`; with `merged`, `node` is a mapping that gets the first step of `rest` through `<<`.
    """

    node: Node
    place: Place | None
    rest: Path
    alias: Alias | None = None
    merged: Node | None = None


class PathEdit:
    """One edit of one document."""

    def __init__(self, document: Document, path: Path, in_place: bool) -> None:
        if not document.parsed.is_complete:
            problem = next(problem for problem in document.parsed.problems if problem.kind.stops_parsing)
            line = document.source.position(problem.span.start).line
            raise EditError(f"the file cannot be edited before line {line} is mended: {problem.message}")
        if not path:
            raise EditError("the path is empty")
        if "<<" in path:
            raise EditError("a merge key (`<<`) is not edited by path; edit its text")
        self.document = document
        self.path = path
        self.in_place = in_place or any(isinstance(step, str) and step.startswith("x-") for step in path[:1])
        self.layout = Layout(document.text)
        self.root = document.root
        self.is_detached = False  # whether others that share what is edited must be given a copy first
        self._checked_edits: tuple[TextEdit, ...] | None = None
        self._checked_well = False

    # -- the frame

    def edits(self, change: Change, here: "Callable[[PathEdit, Change], tuple[TextEdit, ...]]") -> tuple[TextEdit, ...]:
        if self.root is None:
            return self._edits_of_empty(change)
        before = raw_data(self.root)
        try:
            expected = change(before, self.path)
        except (KeyError, AttributeError):
            raise EditError(f"there is no `{path_text(self.path)}` in the file") from None
        if reshaping.same(before, expected):
            return ()
        self.reached = self._reach(self.root)
        edits = here(self, change)
        if not self._gives(edits, expected) and not self.in_place and any(node.anchor for node, _ in self._way()):
            self.is_detached = True
            edits = here(self, change)
        return self._verified(edits, expected)

    def _edits_of_empty(self, change: Change) -> tuple[TextEdit, ...]:
        roots = self.document.parsed.roots
        if len(roots) > 1 or (roots and not (isinstance(roots[0], Scalar) and raw_value(roots[0]) is None)):
            raise EditError("the file is not a mapping, so it has no keys that could be edited")
        try:
            expected = change(None, self.path)
        except (KeyError, AttributeError):
            raise EditError(f"there is no `{path_text(self.path)}` in the file") from None
        text, newline = self.layout.text, self.layout.newline
        lines = mapping_lines(expected, 0, splicing.style_at(self.layout, ()))
        gap = "" if self.layout.ends_with_break(len(text)) else newline
        edits = (TextEdit(Span(len(text), len(text)), gap + "".join(line + newline for line in lines)),)
        return self._verified(edits, expected)

    def _verified(self, edits: tuple[TextEdit, ...], expected: Emittable) -> tuple[TextEdit, ...]:
        if not self._gives(edits, expected):
            raise _cannot(self.path)
        return edits

    def _gives(self, edits: tuple[TextEdit, ...], expected: Emittable) -> bool:
        """Whether the edits lead to the expected data: in the whole file, or at the path for an edit in place."""
        if edits == self._checked_edits:
            return self._checked_well
        self._checked_edits, self._checked_well = edits, self._leads_to(edits, expected)
        return self._checked_well

    def _leads_to(self, edits: tuple[TextEdit, ...], expected: Emittable) -> bool:
        try:
            after = parse_yaml(apply(self.document.text, edits))
        except OverlappingEditsError:
            return False
        before = self.document.parsed.roots
        if not after.is_complete or len(after.roots) != max(len(before), 1):
            return False
        data = raw_data(after.roots[0])
        if not (_agree_at(data, expected, self.path) if self.in_place else reshaping.same(data, expected)):
            return False
        others = zip(before[1:], after.roots[1:], strict=True)
        return all(reshaping.same(raw_data(old), raw_data(new)) for old, new in others)

    # -- the way

    def _reach(self, root: Mapping) -> Reached:
        reached = Reached(root, None, self.path)
        chain: tuple[Node, ...] = ()
        while reached.rest:
            node, step = reached.node, reached.rest[0]
            if isinstance(node, Mapping) and isinstance(step, str):
                index = _own_index(node, step)
                if index is None:
                    merged = merged_names(node).get(step)
                    if merged is None:
                        return reached
                    if not self.in_place:
                        reached.merged = merged
                        return reached
                    reached.node, reached.place, chain = self._definition_of(root, node, step)
                    continue
                alias, inner = node.entries[index].alias, node.entries[index].value
            elif isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
                index = step
                alias, inner = (node.aliases or {}).get(step), node.items[step]
            else:
                return reached
            chain = (*chain, node)
            reached = Reached(inner, Place(node, index, chain), reached.rest[1:])
            if alias is not None:
                if not self.in_place or not reached.rest:
                    reached.alias = alias
                    return reached
                reached.place = place_of(root, inner)
                chain = reached.place.chain if reached.place else ()
        return reached

    def _definition_of(self, root: Mapping, node: Mapping, step: str) -> tuple[Node, Place | None, tuple[Node, ...]]:
        """The mapping that gives `node` the key `step` through `<<`, where it is written."""
        for entry in node.entries:
            if entry.is_merge:
                for source in entry.value.items if isinstance(entry.value, Sequence) else [entry.value]:
                    if isinstance(source, Mapping) and step in source.effective:
                        place = place_of(root, source)
                        return source, place, place.chain if place else ()
        raise _cannot(self.path)

    def _release(self, removed_node: Node | None, spans: list[Span]) -> tuple[TextEdit, ...]:
        """Free from their other users: what is removed, and (once detached) what is edited on the way."""
        assert self.root is not None
        shared: list[tuple[Node, Place | None]] = []
        if removed_node is not None:
            shared.extend((node, None) for node in anchored_below(removed_node))
        if self.is_detached:
            shared.extend(
                (node, place) for node, place in self._way() if node.anchor is not None and node is not removed_node
            )
        return release(self.layout, self.root, shared, spans)

    def _way(self) -> list[tuple[Node, Place]]:
        """The nodes on the way that would change: those from below the root to where the edit is made."""
        place = self.reached.place
        if place is None:
            return []
        way = []
        chain = [*place.chain] if self.reached.alias else [*place.chain, self.reached.node]
        for parent, child in pairwise(chain):
            index = next(index for index, each in enumerate(_children(parent)) if each is child)
            if isinstance(parent, Mapping | Sequence):
                way.append((child, Place(parent, index, ())))
        return way

    # -- the edits

    def set_here(self, change: Change) -> tuple[TextEdit, ...]:
        reached, place = self.reached, self.reached.place
        if reached.merged is not None:
            return self._override(change)
        if reached.alias is not None:
            return self._materialise(change)
        data = change(raw_data(reached.node) if reached.rest else None, reached.rest)
        if reached.rest and isinstance(reached.node, Mapping):
            key = reached.rest[0]
            assert isinstance(key, str)
            edits = splicing.add_entry(self.layout, reached.node, place, key, data[key])
            return (*edits, *self._release(None, []))
        if reached.rest and isinstance(reached.node, Sequence) and place is not None:
            edits = splicing.add_item(self.layout, reached.node, place, len(reached.node.items), data[-1])
            return (*edits, *self._release(None, []))
        assert place is not None
        return self._replace(place, data)

    def _replace(self, place: Place, value: Emittable) -> tuple[TextEdit, ...]:
        """Replace the value that was reached. Its anchor stays in place, and where nobody else uses it."""
        node = self.reached.node
        if self.in_place:
            inner = [each for each in anchored_below(node) if each is not node]
            assert self.root is not None
            released = release(self.layout, self.root, [(each, None) for each in inner], [place.span])
            keep_anchor = True
        else:
            released = self._release(node, [place.span])
            keep_anchor = not released
        return (*splicing.replace_value(self.layout, place, value, keep_anchor=keep_anchor), *released)

    def _override(self, change: Change) -> tuple[TextEdit, ...]:
        """Give a mapping its own copy of what it has through `<<`, changed."""
        reached = self.reached
        assert isinstance(reached.node, Mapping) and reached.merged is not None
        key = reached.rest[0]
        assert isinstance(key, str)
        data = change({key: copy_of(self.layout.text, reached.merged)}, reached.rest)
        edits = splicing.add_entry(self.layout, reached.node, reached.place, key, data[key])
        return (*edits, *self._release(None, []))

    def _materialise(self, change: Change) -> tuple[TextEdit, ...]:
        """Write an alias out, changed; of a mapping that only gains or overrides a key, the alias stays as `<<`."""
        reached, place = self.reached, self.reached.place
        assert reached.alias is not None and place is not None
        copy = copy_of(self.layout.text, reached.node)
        data = change(copy, reached.rest)
        if isinstance(copy, dict) and isinstance(data, dict) and reached.rest:
            changed = {key: item for key, item in data.items() if key not in copy or item is not copy[key]}
            if copy.keys() <= data.keys() and len(copy.keys() - changed.keys()) > 0:
                data = {MERGE: Written(f"*{reached.alias.name}", None), **changed}
        return (*splicing.replace_value(self.layout, place, data), *self._release(None, []))

    def insert_here(self, change: Change, index: int | None, value: Emittable) -> tuple[TextEdit, ...]:
        reached, place = self.reached, self.reached.place
        if not reached.rest and reached.alias is None and isinstance(reached.node, Sequence) and place is not None:
            at = len(reached.node.items) if index is None else index
            edits = splicing.add_item(self.layout, reached.node, place, at, value)
            return (*edits, *self._release(None, []))
        if not reached.rest and reached.alias is None and place is not None:
            return self._replace(place, [value])
        return self.set_here(change)

    def delete_here(self, change: Change) -> tuple[TextEdit, ...]:
        reached, place = self.reached, self.reached.place
        if reached.merged is not None:
            return self._unmerge() if len(reached.rest) == 1 else self._override(change)
        if reached.alias is not None and reached.rest:
            return self._materialise(change)
        assert place is not None and place.parent is not None
        node = None if reached.alias else reached.node
        if isinstance(place.parent, Mapping):
            indexes = {n for n, entry in enumerate(place.parent.entries) if entry.name == self.path[-1]}
            if self.path[-1] in merged_names(place.parent):
                return self._unmerge()
        else:
            indexes = {place.index}
        edits = splicing.remove_parts(self.layout, place.parent, self._parent_place(place), indexes)
        return (*edits, *self._release(node, [edit.span for edit in edits]))

    def _parent_place(self, place: Place) -> Place | None:
        assert self.root is not None and place.parent is not None
        return None if len(place.chain) < 2 else _place_in(place.chain)

    def _unmerge(self) -> tuple[TextEdit, ...]:
        """Write out what a mapping has through `<<`, without the key that is deleted."""
        reached = self.reached
        mapping = reached.node if reached.merged is not None else reached.place.parent if reached.place else None
        place = reached.place if reached.merged is not None else self._parent_place(reached.place or _nowhere())
        assert isinstance(mapping, Mapping)
        name = self.path[-1]
        copies = {key: item for key, item in merge_copies(self.layout.text, mapping).items() if key != name}
        gone = {n for n, entry in enumerate(mapping.entries) if entry.name == name or entry.is_merge}
        edits: tuple[TextEdit, ...] = ()
        if copies:
            first = next(n for n, entry in enumerate(mapping.entries) if entry.is_merge)
            gone.discard(first)
            chain = (*place.chain, mapping) if place else (mapping,)
            edits = splicing.replace_entry(self.layout, mapping, chain[:-1], first, copies)
        if gone:
            edits = (*edits, *splicing.remove_parts(self.layout, mapping, place, gone))
        own = _own_index(mapping, str(name))
        node = None if own is None or mapping.entries[own].alias else mapping.entries[own].value
        return (*edits, *self._release(node, [edit.span for edit in edits]))

    def rename_here(self, name: str) -> tuple[TextEdit, ...]:
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
        return (*edits, *self._release(None, []))


def _cannot(path: Path) -> EditError:
    return EditError(f"`{path_text(path)}` is written in a way that cannot be edited safely; edit its text")


def _nowhere() -> Place:
    return Place(None, 0, ())


def _agree_at(first: Any, second: Any, path: Path) -> bool:
    try:
        found = reshaping.value_at(second, path)
    except KeyError:
        return not _has(first, path)
    return _has(first, path) and reshaping.same(reshaping.value_at(first, path), found)


def _has(data: Any, path: Path) -> bool:
    try:
        reshaping.value_at(data, path)
    except KeyError:
        return False
    return True


def _own_index(mapping: Mapping, name: str) -> int | None:
    """The index of the entry of that name which counts: the last one."""
    for index in range(len(mapping.entries) - 1, -1, -1):
        if mapping.entries[index].name == name and not mapping.entries[index].is_merge:
            return index
    return None


def _children(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [entry.value for entry in node.entries]
    return node.items if isinstance(node, Sequence) else []


def _place_in(chain: tuple[Node, ...]) -> Place:
    """The place of the last node of a chain in the one before it."""
    parent, child = chain[-2], chain[-1]
    assert isinstance(parent, Mapping | Sequence)
    index = next(index for index, each in enumerate(_children(parent)) if each is child)
    return Place(parent, index, chain[:-1])
