"""How far a path leads through the text itself, before an alias, a merge (`<<`) or nothing at all is met."""

from dataclasses import dataclass
from itertools import pairwise

from stacks.compose.nodes import Alias, Mapping, Node, Path, Sequence
from stacks.compose.sharing import merge_sources, merged_names, place_of
from stacks.compose.source import EditError
from stacks.compose.splicing import Place


@dataclass(slots=True)
class Reached:
    """Where a path leads, and what stands there.

    `node` is the last node reached, at `place`, and `rest` the steps that are left. With `alias`, `place` holds an
    alias of `node`; with `merged`, `node` is a mapping that gets the first step of `rest` through `<<`.
    """

    node: Node
    place: Place | None
    rest: Path
    alias: Alias | None = None
    merged: Node | None = None

    @property
    def way(self) -> list[tuple[Node, Place]]:
        """The nodes below the root, with their places, that an edit here changes."""
        if self.place is None:
            return []
        chain = self.place.chain if self.alias else (*self.place.chain, self.node)
        return [(child, _place_between(parent, child, ())) for parent, child in pairwise(chain)]

    @property
    def parent_place(self) -> Place | None:
        """Where the collection hangs that `place` is a part of; None for the root."""
        if self.place is None or len(self.place.chain) < 2:
            return None
        return _place_between(self.place.chain[-2], self.place.chain[-1], self.place.chain[:-1])


def reach(root: Mapping, path: Path, *, through: bool) -> Reached:
    """Follow a path from the root; with `through`, behind aliases and merges to where the text is written."""
    reached = Reached(root, None, path)
    chain: tuple[Node, ...] = ()
    while reached.rest:
        node, step = reached.node, reached.rest[0]
        index = _index(node, step)
        if index is None:
            merged = merged_names(node).get(step) if isinstance(node, Mapping) and isinstance(step, str) else None
            if merged is None:
                return reached
            if not through:
                reached.merged = merged
                return reached
            reached.node, reached.place = _definition(root, node, step)
            chain = reached.place.chain if reached.place else ()
            continue
        assert isinstance(node, Mapping | Sequence)
        chain = (*chain, node)
        reached = Reached(_children(node)[index], Place(node, index, chain), reached.rest[1:], _alias(node, index))
        if reached.alias is not None:
            if not through or not reached.rest:
                return reached
            place = place_of(root, reached.node)
            reached = Reached(reached.node, place, reached.rest)
            chain = place.chain if place else ()
    return reached


def own_index(mapping: Mapping, name: str | int) -> int | None:
    """The index of the entry of that name which counts: the last one. Merged ones are none of the mapping's own."""
    for index in range(len(mapping.entries) - 1, -1, -1):
        if mapping.entries[index].name == name and not mapping.entries[index].is_merge:
            return index
    return None


def _index(node: Node, step: str | int) -> int | None:
    if isinstance(node, Mapping) and isinstance(step, str):
        return own_index(node, step)
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return step
    return None


def _definition(root: Mapping, node: Node, step: str | int) -> tuple[Node, Place | None]:
    """The mapping that gives `node` the key `step` through `<<`, and where it is written."""
    for source in merge_sources(node) if isinstance(node, Mapping) else ():
        if step in source.effective:
            return source, place_of(root, source)
    raise EditError(f"`{step}` cannot be found where it is merged from")


def _children(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [entry.value for entry in node.entries]
    return node.items if isinstance(node, Sequence) else []


def _alias(node: Mapping | Sequence, index: int) -> Alias | None:
    if isinstance(node, Mapping):
        return node.entries[index].alias
    return node.aliases.get(index) if node.aliases else None


def _place_between(parent: Node, child: Node, chain: tuple[Node, ...]) -> Place:
    assert isinstance(parent, Mapping | Sequence)
    return Place(parent, next(index for index, each in enumerate(_children(parent)) if each is child), chain)
