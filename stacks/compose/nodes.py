"""The tree of a YAML text: every key and value with its place.

Built from libyaml's events by `stacks.compose.yaml`. A node is made once and then only read; the classes are written
out because a frozen dataclass costs three times as much to make, and a stack of 1,000 services has 60,000 nodes.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stacks.compose.scalars import ScalarValue
from stacks.compose.source import Span

if TYPE_CHECKING:
    from stacks.compose.interpolation import Interpolated

RESET_TAG = "!reset"
OVERRIDE_TAG = "!override"


class Scalar:
    """A scalar; `text` is as YAML decodes it, `value` what Compose makes of it after interpolation."""

    __slots__ = ("anchor", "end", "interpolated", "start", "style", "tag", "text", "value")

    def __init__(
        self,
        start: int,
        end: int,
        text: str,
        style: str | None,  # None is plain; otherwise one of ' " | >
        tag: str | None,
        anchor: str | None,
        value: ScalarValue,
        interpolated: "Interpolated | None" = None,
    ) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.style = style
        self.tag = tag
        self.anchor = anchor
        self.value = value
        self.interpolated = interpolated

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def string(self) -> str:
        """The scalar as a string: interpolated where it holds variables, else as written (`8.0` stays `8.0`)."""
        return self.text if self.interpolated is None else self.interpolated.value

    @property
    def is_plain(self) -> bool:
        return self.style is None


class Alias:
    """A `*name` in the text; the node that it stands for is `target`."""

    __slots__ = ("end", "name", "start", "target")

    def __init__(
        self,
        start: int,
        end: int,
        name: str,
        target: "Node",
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.target = target

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Entry:
    """A key with its value. `value` is never an alias: where the text has one, `alias` says so."""

    __slots__ = ("alias", "key", "name", "value")

    def __init__(
        self,
        key: "Node",
        value: "Node",
        alias: Alias | None,
        name: str,
    ) -> None:
        self.key = key
        self.value = value
        self.alias = alias
        self.name = name

    @property
    def span(self) -> Span:
        """From the key's first character to the last of what is written for the value."""
        return Span(self.key.start, (self.alias or self.value).end)

    @property
    def value_span(self) -> Span:
        """What is written for the value: the alias, where the text has one."""
        return (self.alias or self.value).span

    @property
    def is_merge(self) -> bool:
        return isinstance(self.key, Scalar) and self.key.style is None and self.key.text == "<<"


class Sequence:
    """A list. `items` are never aliases; `aliases` gives, by index, those that the text has."""

    __slots__ = ("aliases", "anchor", "end", "flow", "items", "start", "tag")

    def __init__(
        self,
        start: int,
        end: int,
        flow: bool,
        tag: str | None,
        anchor: str | None,
        items: list["Node"] | None = None,
        aliases: dict[int, Alias] | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.flow = flow
        self.tag = tag
        self.anchor = anchor
        self.items: list[Node] = [] if items is None else items
        self.aliases = aliases

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    def item_span(self, index: int) -> Span:
        """What is written for an item: the alias, where the text has one."""
        if self.aliases and index in self.aliases:
            return self.aliases[index].span
        return self.items[index].span

    @property
    def scalars(self) -> Iterator[Scalar]:
        return (item for item in self.items if isinstance(item, Scalar))


class Mapping:
    """A mapping as written: duplicates and `<<` are kept in `entries`; `effective` is what a reader gets."""

    __slots__ = ("_effective", "anchor", "end", "entries", "flow", "start", "tag")

    def __init__(
        self,
        start: int,
        end: int,
        flow: bool,
        tag: str | None,
        anchor: str | None,
        entries: list[Entry] | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.flow = flow
        self.tag = tag
        self.anchor = anchor
        self.entries: list[Entry] = [] if entries is None else entries
        self._effective: dict[str, Entry] | None = None

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def effective(self) -> dict[str, Entry]:
        """Entries by key: the last of duplicates, merged (`<<`) ones after the mapping's own, which win."""
        if self._effective is None:
            self._effective = {entry.name: entry for entry in self.entries}
            if "<<" in self._effective:
                self._effective = self._merged()
        return self._effective

    def _merged(self) -> dict[str, Entry]:
        own = {entry.name: entry for entry in self.entries if not entry.is_merge}
        for merge in self.entries:
            if merge.is_merge:
                for source in merge.value.items if isinstance(merge.value, Sequence) else [merge.value]:
                    for name, entry in source.effective.items() if isinstance(source, Mapping) else ():
                        own.setdefault(name, entry)
        return own

    def get(self, name: str) -> Entry | None:
        return (self._effective or self.effective).get(name)

    def value(self, name: str) -> "Node | None":
        entry = (self._effective or self.effective).get(name)
        return None if entry is None else entry.value

    def scalar(self, name: str) -> Scalar | None:
        """The value under `name` when it is a scalar."""
        node = self.value(name)
        return node if isinstance(node, Scalar) else None

    def mapping(self, name: str) -> "Mapping | None":
        node = self.value(name)
        return node if isinstance(node, Mapping) else None

    def sequence(self, name: str) -> Sequence | None:
        node = self.value(name)
        return node if isinstance(node, Sequence) else None


Node = Scalar | Sequence | Mapping
Path = tuple[str | int, ...]
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


def plain_data(node: Node, memo: dict[int, Plain] | None = None) -> Plain:
    """The data that Compose sees: interpolated, merged, without what `!reset` takes away.

    Anchored nodes give one shared object, so that aliases cost nothing here; the parser's limit on alias growth is
    what keeps readers of the data from walking it for ever.
    """
    memo = {} if memo is None else memo
    if type(node) is Scalar:
        return node.value
    if node.anchor is not None and id(node) in memo:
        return memo[id(node)]
    data: Plain
    if type(node) is Sequence:
        data = [
            item.value if type(item) is Scalar else plain_data(item, memo)
            for item in node.items
            if item.tag != RESET_TAG
        ]
    else:
        assert isinstance(node, Mapping)
        data = {}
        for name, entry in node.effective.items():
            value = entry.value
            if value.tag != RESET_TAG:
                data[name] = value.value if type(value) is Scalar else plain_data(value, memo)
    if node.anchor is not None:
        memo[id(node)] = data
    return data


def find(node: Node | None, *path: str | int) -> Node | None:
    """The node at a path below `node`, through aliases and merges; None where there is none."""
    for step in path:
        if type(node) is Mapping and type(step) is str:
            entry = (node._effective or node.effective).get(step)
            if entry is None:
                return None
            node = entry.value
        elif type(node) is Sequence and type(step) is int and -len(node.items) <= step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def long_form_span(item: Node, key: str, span: Span) -> Span:
    """Where the value of a key of an item in the long form is written.

    Else `span`, that of the item as it stands in its list: a short form, an alias, a key that is not there or merged.
    """
    node = item.scalar(key) if isinstance(item, Mapping) and span == item.span else None
    return node.span if node is not None and span.start <= node.start < span.end else span


def path_text(path: Path) -> str:
    """A path as people write it: `services.train.deploy.resources.reservations.devices[0].count`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            name = step if step.replace("_", "").replace("-", "").isalnum() else f'"{step}"'
            parts.append(f".{name}" if parts else name)
    return "".join(parts)
