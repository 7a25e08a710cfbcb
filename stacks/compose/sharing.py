"""What anchors, aliases and merges share, and how one user of it is edited without the others noticing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stacks.compose import splicing
from stacks.compose.emitting import Emittable, Written, is_plain_safe
from stacks.compose.layout import Layout
from stacks.compose.nodes import OVERRIDE_TAG, RESET_TAG, Alias, Mapping, Node, Scalar, Sequence
from stacks.compose.scalars import ScalarValue
from stacks.compose.source import EditError, Span, TextEdit
from stacks.compose.splicing import Place


@dataclass(frozen=True, slots=True)
class Use:
    """An alias, where it stands."""

    alias: Alias
    place: Place


def raw_value(node: Scalar) -> ScalarValue:
    """A scalar's value before interpolation."""
    return node.value if node.interpolated is None else node.text


def raw_data(node: Node, memo: dict[int, Emittable] | None = None) -> Emittable:
    """The data of a node before interpolation: merged, `!reset` ignored. Anchored nodes give one shared object."""
    memo = {} if memo is None else memo
    if type(node) is Scalar:
        return node.value if node.interpolated is None else node.text
    if node.anchor is not None and id(node) in memo:
        return memo[id(node)]
    data: Emittable
    if type(node) is Sequence:
        data = [raw_data(item, memo) for item in node.items]
    else:
        assert isinstance(node, Mapping)
        data = {name: raw_data(entry.value, memo) for name, entry in node.effective.items()}
    if node.anchor is not None:
        memo[id(node)] = data
    return data


def copy_of(text: str, node: Node) -> Emittable:
    """The node as data to be written elsewhere: scalars as they are written, aliases and merges followed.

    Raises EditError for `!reset` and `!override` inside it, which mean something only where they stand.
    """
    if node.tag in (RESET_TAG, OVERRIDE_TAG):
        raise EditError(f"`{node.tag}` stands in what would have to be copied; write it out first")
    if isinstance(node, Scalar):
        written = text[node.start : node.end]
        if node.tag is not None or node.style in ("|", ">") or "\n" in written or "\r" in written or not written:
            return raw_value(node)
        is_safe = node.style is not None or not isinstance(raw_value(node), str) or is_plain_safe(written, flow=True)
        return Written(written, raw_value(node), is_safe)
    if isinstance(node, Sequence):
        return [copy_of(text, item) for item in node.items]
    return {name: copy_of(text, entry.value) for name, entry in node.effective.items()}


def written_places(root: Node) -> Iterator[tuple[Place, Alias | None]]:
    """Every place below `root` as written, aliases not followed, in the order of the text."""
    yield from _places_below(root, ())


def _places_below(node: Node, chain: tuple[Node, ...]) -> Iterator[tuple[Place, Alias | None]]:
    if isinstance(node, Mapping):
        for index, entry in enumerate(node.entries):
            yield Place(node, index, (*chain, node)), entry.alias
            if entry.alias is None and not isinstance(entry.value, Scalar):
                yield from _places_below(entry.value, (*chain, node))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            alias = node.aliases.get(index) if node.aliases else None
            yield Place(node, index, (*chain, node)), alias
            if alias is None and not isinstance(item, Scalar):
                yield from _places_below(item, (*chain, node))


def place_of(root: Node, node: Node) -> Place | None:
    """Where a node itself (not an alias of it) is written; None for the root."""
    for place, alias in written_places(root):
        if alias is None and place.node is node:
            return place
    return None


def anchored_below(node: Node) -> Iterator[Node]:
    """The anchored nodes written in a node, itself included."""
    if node.anchor is not None:
        yield node
    for place, alias in written_places(node):
        if alias is None and place.node.anchor is not None:
            yield place.node


def release(
    layout: Layout, root: Node, shared: Iterable[tuple[Node, Place | None]], removed: list[Span]
) -> tuple[TextEdit, ...]:
    """Free nodes from the aliases of them, so that they can be edited or removed: the first alias becomes a copy.

    The copy takes over the anchor where there are further aliases. `shared` gives the nodes, each with its place
    where it stays in the text; aliases inside `removed` do not count.
    """
    wanted = {id(node): (node, place) for node, place in shared}
    if not wanted:
        return ()
    uses: dict[int, list[Use]] = {}
    for place, alias in written_places(root):
        if alias is None or id(alias.target) not in wanted:
            continue
        if not any(span.start <= alias.start < span.end for span in removed):
            uses.setdefault(id(alias.target), []).append(Use(alias, place))
    edits: list[TextEdit] = []
    for key, users in uses.items():
        node, written_at = wanted[key]
        edits.extend(_hand_over(layout, node, users))
        if written_at is not None:
            edits.extend(_without_anchor(layout, written_at))
    return tuple(edits)


def _hand_over(layout: Layout, node: Node, users: list[Use]) -> tuple[TextEdit, ...]:
    """Write the node out at its first use."""
    first = users[0]
    copy = copy_of(layout.text, node)
    parent = first.place.parent
    if len(users) > 1:
        return splicing.replace_value(layout, first.place, copy, prefix=f"&{first.alias.name}")
    if isinstance(parent, Mapping) and parent.entries[first.place.index].is_merge and isinstance(copy, dict):
        own = {entry.name for entry in parent.entries if not entry.is_merge}
        merges = [entry for entry in parent.entries if entry.is_merge]
        entries = {name: value for name, value in copy.items() if name not in own}
        if len(merges) == 1 and entries:
            return splicing.replace_entry(layout, parent, first.place.chain[:-1], first.place.index, entries)
        if len(merges) == 1 and len(parent.entries) > 1:
            place = place_of(first.place.chain[0], parent)
            return splicing.remove_parts(layout, parent, place, {first.place.index})
    return splicing.replace_value(layout, first.place, copy)


def _without_anchor(layout: Layout, place: Place) -> Iterator[TextEdit]:
    assert place.parent is not None
    part = layout.parts(place.parent)[place.index]
    for start, end in layout.properties(part):
        if layout.text[start] == "&":
            while start > part.head_end and layout.text[start - 1] in " \t":
                start -= 1
            yield TextEdit(Span(start, end), "")


def merged_names(mapping: Mapping) -> dict[str, Node]:
    """The names that come into a mapping through `<<` alone or as well, with their values."""
    names: dict[str, Node] = {}
    for source in merge_sources(mapping):
        for name, inner in source.effective.items():
            names.setdefault(name, inner.value)
    return names


def merge_sources(mapping: Mapping) -> Iterator[Mapping]:
    """The mappings that `<<` brings in, the first of which counts most."""
    for entry in mapping.entries:
        if entry.is_merge:
            sources = entry.value.items if isinstance(entry.value, Sequence) else [entry.value]
            yield from (source for source in sources if isinstance(source, Mapping))


def merge_copies(text: str, mapping: Mapping) -> dict[str, Emittable]:
    """What a mapping gets through `<<` and does not override, as data to be written out."""
    own = {entry.name for entry in mapping.entries if not entry.is_merge}
    return {name: copy_of(text, node) for name, node in merged_names(mapping).items() if name not in own}
