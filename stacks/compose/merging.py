"""Two models made one, as Docker Compose merges an override file, or a service into the one that it extends.

Mappings are merged, lists put one behind the other, everything else is replaced; some keys have rules of their own.
`!reset` takes the earlier value away, `!override` stands in its place. Nodes are never changed: what both sides give
becomes a new node, and everything else is the very node of one side, with its place.

Source: compose-go 2.9.1, override/merge.go.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from stacks.compose.merge_forms import as_build, as_hosts, as_list, as_named, as_pairs, as_requests, is_empty
from stacks.compose.merge_items import identity_at
from stacks.compose.nodes import OVERRIDE_TAG, RESET_TAG, Alias, Entry, Mapping, Node, Path, Scalar, Sequence
from stacks.compose.source import Span

Made = TypeVar("Made", Mapping, Sequence)


class MergeFault(NamedTuple):
    """Two values that Compose cannot make one of."""

    path: Path
    span: Span
    base_span: Span
    message: str


class MergeRecord:
    """What merging leaves beside its result: of which nodes each new one was made, and what could not be merged."""

    def __init__(self) -> None:
        self.faults: list[MergeFault] = []
        self._sources: dict[int, tuple[Node, tuple[Node, ...]]] = {}

    def note(self, made: Node, *sources: Node) -> None:
        self._sources[id(made)] = (made, sources)

    def sources(self, node: Node) -> tuple[Node, ...]:
        """The nodes as they are written that a node was made of, the first file's first; itself where it was not."""
        known = self._sources.get(id(node))
        if known is None:
            return (node,)
        return tuple(written for each in known[1] for written in self.sources(each))


def merge_files(record: MergeRecord, base: Mapping, over: Mapping) -> Mapping:
    """What a file makes of the files before it."""
    return _Merge(record, is_long=True, keeps_marks=False).mappings(base, over, ())


def extend_service(record: MergeRecord, name: str, base: Mapping, own: Mapping, *, is_long: bool) -> Mapping:
    """A service with what it extends. `is_long` says that the base is of another file, so read in its long form.

    `!reset` and `!override` stay: they count once more against the files before.
    """
    return _Merge(record, is_long=is_long, keeps_marks=True).mappings(base, own, ("services", name))


class _Merge:
    def __init__(self, record: MergeRecord, *, is_long: bool, keeps_marks: bool) -> None:
        self.record = record
        self.is_long = is_long
        self.keeps_marks = keeps_marks

    def mappings(self, base: Mapping, over: Mapping, path: Path, *, deep: bool = True) -> Mapping:
        """Without `deep` values are replaced, never merged."""
        entries = dict(base.effective)
        for name, entry in over.effective.items():
            mine = entries.get(name)
            if entry.value.tag == RESET_TAG:
                if self.keeps_marks:
                    entries[name] = entry
                else:
                    entries.pop(name, None)
            elif mine is None or not deep or entry.value.tag == OVERRIDE_TAG or mine.value.tag == RESET_TAG:
                entries[name] = entry
            else:
                entries[name] = self._entry(mine, entry, (*path, name))
        return self._made(Mapping(base.start, base.end, base.flow, None, None, list(entries.values())), base, over)

    def _entry(self, mine: Entry, other: Entry, path: Path) -> Entry:
        node = self._nodes(mine.value, other.value, path)
        if node is mine.value:
            return mine
        return other if node is other.value else Entry(mine.key, node, None, mine.name)

    def _nodes(self, base: Node, over: Node, path: Path) -> Node:
        special = _special(path)
        if special is not None:
            return special(self, base, over, path)
        if is_empty(over):
            return base
        if self.is_long and isinstance(base, Scalar) and path[2:] == ("gpus",) and isinstance(base.value, str):
            base = as_requests(base)
        if isinstance(base, Mapping):
            return self.mappings(base, over, path) if isinstance(over, Mapping) else self._refuse(base, over, path)
        if isinstance(base, Sequence):
            return self.lists(base, over, path) if isinstance(over, Sequence) else self._refuse(base, over, path)
        return over

    def lists(self, base: Sequence, over: Sequence, path: Path) -> Sequence:
        """The items of both; where Compose tells them apart, a later one stands in place of its like."""
        identity = identity_at(path)
        items: list[tuple[Node, Alias | None]] = []
        keys: list[frozenset[str]] = []
        at: dict[str, int] = {}
        for sequence in (base, over):
            for index, item in enumerate(sequence.items):
                if item.tag == RESET_TAG:
                    continue
                key = identity(item) if identity else frozenset()
                place = next((at[each] for each in key if each in at and keys[at[each]] <= key), len(items))
                if place == len(items):
                    items.append((item, None))
                    keys.append(key)
                items[place] = (item, sequence.aliases.get(index) if sequence.aliases else None)
                keys[place] = key
                at.update(dict.fromkeys(key, place))
        aliases = {place: alias for place, (_, alias) in enumerate(items) if alias is not None}
        kept = [item for item, _ in items]
        return self._made(Sequence(base.start, base.end, base.flow, None, None, kept, aliases or None), base, over)

    def _refuse(self, base: Node, over: Node, path: Path) -> Node:
        kinds = {Mapping: "a mapping", Sequence: "a list", Scalar: "a single value"}
        message = f"`{path[-1]}` is {kinds[type(over)]} here and {kinds[type(base)]} in what it is merged with"
        self.record.faults.append(MergeFault(path, over.span, base.span, message))
        return over

    def _made(self, made: Made, *sources: Node) -> Made:
        self.record.note(made, *sources)
        return made

    # -- keys with rules of their own

    def replaced(self, base: Node, over: Node, path: Path) -> Node:
        return over

    def pairs(self, base: Node, over: Node, path: Path) -> Node:
        """`NAME: value` or `NAME=value`: the later value of a name counts, also where it is empty."""
        if is_empty(over) or is_empty(base):
            return base if is_empty(over) else over
        if isinstance(base, Sequence) and isinstance(over, Sequence):
            return self.lists(base, over, path)
        return self.mappings(as_pairs(base), as_pairs(over), path, deep=False)

    def appended(self, base: Node, over: Node, path: Path) -> Node:
        if is_empty(over) or is_empty(base):
            return base if is_empty(over) else over
        return self.lists(as_list(base), as_list(over), path)

    def named(self, base: Node, over: Node, path: Path) -> Node:
        if is_empty(over) or is_empty(base):
            return base if is_empty(over) else over
        if isinstance(base, Sequence) and isinstance(over, Sequence):
            return self.lists(base, over, path)
        return self.mappings(as_named(base, str(path[-1])), as_named(over, str(path[-1])), path)

    def build(self, base: Node, over: Node, path: Path) -> Node:
        if is_empty(over) or is_empty(base):
            return base if is_empty(over) else over
        return self.mappings(as_build(base), as_build(over), path)

    def hosts(self, base: Node, over: Node, path: Path) -> Node:
        """A name may have several addresses; only what both sides say in the same words is said once."""
        if is_empty(over) or is_empty(base):
            return base if is_empty(over) else over
        first, second = as_hosts(base), as_hosts(over)
        known = {item.string for item in first.scalars}
        new = [item for item in second.scalars if item.string not in known]
        return self._made(Sequence(base.start, base.end, True, None, None, [*first.items, *new]), base, over)

    def logging(self, base: Node, over: Node, path: Path) -> Node:
        """Options of one driver are no use to another."""
        if not isinstance(base, Mapping) or not isinstance(over, Mapping):
            return base if is_empty(over) else over
        drivers = [node.string for node in (base.scalar("driver"), over.scalar("driver")) if node is not None]
        return over if len(set(drivers)) == 2 else self.mappings(base, over, path)

    def subnets(self, base: Node, over: Node, path: Path) -> Node:
        """The later list counts; of an address range that both have, the settings are merged."""
        if not isinstance(base, Sequence) or not isinstance(over, Sequence):
            return base if is_empty(over) else over
        known = {subnet.string: item for item in base.items if isinstance(item, Mapping) and (subnet := _subnet(item))}
        items: list[Node] = []
        for item in over.items:
            same = known.get(subnet.string) if isinstance(item, Mapping) and (subnet := _subnet(item)) else None
            items.append(self.mappings(same, item, path) if same and isinstance(item, Mapping) else item)
        return self._made(Sequence(over.start, over.end, over.flow, None, None, items), over)


def _subnet(item: Mapping) -> Scalar | None:
    return item.scalar("subnet")


_Special = Callable[[_Merge, Node, Node, Path], Node]

_OF_SERVICE: Final[dict[tuple[str, ...], _Special]] = {
    **{(name,): _Merge.pairs for name in ("annotations", "environment", "labels", "sysctls")},
    **{("build", name): _Merge.pairs for name in ("args", "additional_contexts", "labels")},
    ("deploy", "labels"): _Merge.pairs,
    **{(name,): _Merge.appended for name in ("dns", "dns_opt", "dns_search", "env_file", "label_file", "tmpfs")},
    **{(name,): _Merge.named for name in ("depends_on", "networks", "models")},
    **{(name,): _Merge.replaced for name in ("command", "entrypoint")},
    ("healthcheck", "test"): _Merge.replaced,
    ("ulimits", "*"): _Merge.replaced,
    ("build",): _Merge.build,
    ("build", "extra_hosts"): _Merge.hosts,
    ("extra_hosts",): _Merge.hosts,
    ("logging",): _Merge.logging,
}
_OF_RESOURCE: Final[dict[tuple[str, ...], _Special]] = {
    ("networks", "ipam", "config"): _Merge.subnets,
    ("networks", "labels"): _Merge.pairs,
    ("volumes", "labels"): _Merge.pairs,
}


def _special(path: Path) -> _Special | None:
    if len(path) < 3:
        return None
    steps = tuple(str(step) for step in path)
    if steps[0] == "services":
        return _OF_SERVICE.get(("ulimits", "*") if steps[2] == "ulimits" and len(steps) == 4 else steps[2:])
    return _OF_RESOURCE.get((steps[0], *steps[2:]))
