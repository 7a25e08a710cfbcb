"""YAML text to nodes with places, within limits.

libyaml (through PyYAML's C parser) gives events; `_Builder` makes our own tree of them in one pass, because PyYAML's
node graph forgets where an alias stood and which of two equal keys came first. Every problem is collected; none is
raised. Go's YAML reader, which Docker Compose uses, is a port of libyaml, so both refuse the same texts.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from typing import Any, Final, NamedTuple

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from stacks.compose.nodes import Alias, Entry, Mapping, Node, Scalar, Sequence
from stacks.compose.problems import Problem, ProblemKind
from stacks.compose.scalars import resolve_plain, resolve_tagged
from stacks.compose.source import SourceText, Span
from stacks.patterns import lazy_pattern

MAX_TEXT: Final = 1024 * 1024  # bytes of UTF-8
MAX_DEPTH: Final = 64
MAX_EVENTS: Final = 200_000  # beginnings and ends of keys, values, lists and mappings; 1 MiB of services has 120,000
MAX_ALIAS_GROWTH: Final = 10_000  # nodes that aliases may add to those written out

_PROPERTIES = lazy_pattern(r"(?:(?:&[^\s,\[\]{}]+|![^\s]*)(?:\s+|#[^\n]*\n|\Z))*")
_FORBIDDEN = lazy_pattern("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class ParsedYaml(NamedTuple):
    """What a text holds: the roots of its documents, the scalars with a `$`, and everything wrong with it."""

    source: SourceText
    roots: tuple[Node, ...]
    scalars_with_dollar: tuple[Scalar, ...]
    problems: tuple[Problem, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the tree stands for the whole text: nothing was refused by the YAML reader or a limit."""
        return not any(problem.kind.stops_parsing for problem in self.problems)


@contextmanager
def paused_collector() -> Iterator[None]:
    """Keep Python's cyclic collector from walking the growing tree: it makes parsing superlinear."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def parse_yaml(text: str) -> ParsedYaml:
    """Parse a text; a syntax error leaves `roots` empty, and later ones are looked for behind it."""
    source = SourceText(text)
    if too_long := _refuse_length(text):
        return ParsedYaml(source, (), (), (too_long,))
    forbidden = _forbidden_characters(text)
    if forbidden:
        return ParsedYaml(source, (), (), forbidden)
    builder = _Builder(text)
    with paused_collector():
        try:
            builder.run()
        except YAMLError as error:
            from stacks.compose.recovery import syntax_problems

            return ParsedYaml(source, (), (), syntax_problems(source, error))
    roots = () if builder.stopped else tuple(builder.roots)
    return ParsedYaml(source, roots, tuple(builder.dollars), tuple(builder.problems))


def syntax_error(text: str) -> MarkedYAMLError | YAMLError | None:
    """The first thing at which libyaml stops in `text`, if any."""
    parser = CParser(text)
    try:
        while type(parser.get_event()) is not StreamEndEvent:
            pass
    except YAMLError as error:
        return error
    return None


def _refuse_length(text: str) -> Problem | None:
    if len(text) <= MAX_TEXT // 4:
        return None
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= MAX_TEXT:
        return None
    message = f"the text has {size:,} bytes; at most {MAX_TEXT:,} (1 MiB) are read, so nothing in it was checked"
    return Problem(ProblemKind.TOO_LARGE, Span(0, 0), message, "Split the file, or take generated data out of it.")


def _forbidden_characters(text: str) -> tuple[Problem, ...]:
    # What Python calls printable is allowed; the pattern, which knows the rest, takes longer to compile than most files
    # take to read.
    if text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
        return ()
    start = 1 if text.startswith("\ufeff") else 0
    problems = []
    for match in _FORBIDDEN.finditer(text, start):
        code = ord(match.group())
        problems.append(
            Problem(
                ProblemKind.CHARACTER,
                Span(match.start(), match.end()),
                f"the control character U+{code:04X} may not stand in YAML; nothing can read this file",
                "Delete it." if code else "Choose the Compose file itself: this looks like a binary file.",
            )
        )
        if len(problems) == 10:
            break
    return tuple(problems)


class _Builder:
    """Builds the trees of all documents from the event stream; no recursion, so depth is only a number."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shift = 1 if text.startswith("\ufeff") else 0  # libyaml does not count a byte order mark
        self.roots: list[Node] = []
        self.dollars: list[Scalar] = []
        self.problems: list[Problem] = []
        self.stopped = False
        self._anchors: dict[str, Node] = {}
        self._open: list[Mapping | Sequence] = []
        self._keys: list[Node | None] = []
        self._weights: dict[int, int] = {}
        self._open_weights: list[int] = []
        self._growth = 0

    def run(self) -> None:
        # PyYAML's stubs make every mark and name optional; the events of its C parser always have theirs.
        get_event: Any = CParser(self.text[self.shift :] if self.shift else self.text).get_event
        event: Any = None
        for _ in repeat(None, MAX_EVENTS):
            if self.stopped:
                return
            event = get_event()
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._open_collection(event, Mapping if kind is MappingStartEvent else Sequence)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close_collection(event)
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                self._anchors.clear()
            elif kind is StreamEndEvent:
                return
        start = event.start_mark.index + self.shift
        message = f"this has more than {MAX_EVENTS:,} keys and values; nothing was checked"
        hint = "Take generated data out of the file."
        self._stop(Problem(ProblemKind.TOO_LARGE, Span(start, start), message, hint))

    def _scalar(self, event: Any) -> None:
        start = event.start_mark.index + self.shift
        end = event.end_mark.index + self.shift
        text, style, tag, anchor = event.value, event.style or None, event.tag, event.anchor
        if anchor is not None or tag is not None:
            start = self._content_start(start, end)
        if style == "|" or style == ">":
            end = start + len(self.text[start:end].rstrip())
        if style is None and tag is None:
            value = resolve_plain(text)
        else:
            value = text if tag is None else resolve_tagged(text, tag)
        node = Scalar(start, end, text, style, tag, anchor, value)
        if "$" in text:
            self.dollars.append(node)
        if anchor is not None:
            self._anchors[anchor] = node
            self._weights[id(node)] = 1
        self._place(node, None, 1)

    def _content_start(self, start: int, end: int) -> int:
        match = _PROPERTIES.match(self.text, start, end)
        return match.end() if match else start

    def _open_collection(self, event: Any, kind: type[Mapping] | type[Sequence]) -> None:
        start = event.start_mark.index + self.shift
        if event.anchor is not None or event.tag is not None:
            start = self._content_start(start, len(self.text))
        if len(self._open) >= MAX_DEPTH:
            message = f"this is nested more than {MAX_DEPTH} levels deep; nothing was checked"
            self._stop(
                Problem(
                    ProblemKind.TOO_DEEP,
                    Span(start, start + 1),
                    message,
                    "Write it flatter: no Compose file needs this depth.",
                )
            )
            return
        node = kind(start, start, bool(event.flow_style), event.tag, event.anchor)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._open.append(node)
        self._keys.append(None)
        self._open_weights.append(1)

    def _close_collection(self, event: Any) -> None:
        node = self._open.pop()
        self._keys.pop()
        weight = self._open_weights.pop()
        if node.flow:
            node.end = event.end_mark.index + self.shift
        elif isinstance(node, Mapping) and node.entries:
            node.start, node.end = node.entries[0].key.start, node.entries[-1].span.end
        elif isinstance(node, Sequence) and node.items:
            node.end = node.item_span(len(node.items) - 1).end
        if node.anchor is not None:
            self._weights[id(node)] = weight
        self._place(node, None, weight)

    def _alias(self, event: Any) -> None:
        span = Span(event.start_mark.index + self.shift, event.end_mark.index + self.shift)
        target = self._anchors.get(event.anchor)
        if target is None:
            message = f"`*{event.anchor}` refers to an anchor that is not defined above it"
            self._stop(Problem(ProblemKind.ALIAS, span, message, f"Define `&{event.anchor}` before this line."))
            return
        if target in self._open:
            message = f"`*{event.anchor}` stands inside what `&{event.anchor}` names, so it would contain itself"
            self._stop(Problem(ProblemKind.ALIAS, span, message, "Take the alias out of its own anchor."))
            return
        weight = self._weights[id(target)]
        self._growth += weight
        if self._growth > MAX_ALIAS_GROWTH:
            message = f"aliases blow this file up by more than {MAX_ALIAS_GROWTH:,} nodes; nothing was checked"
            self._stop(
                Problem(ProblemKind.ALIAS_GROWTH, span, message, "Write out what is needed instead of nesting aliases.")
            )
            return
        self._place(target, Alias(span.start, span.end, event.anchor, target), weight)

    def _place(self, node: Node, alias: Alias | None, weight: int) -> None:
        if not self._open:
            self.roots.append(node)
            return
        self._open_weights[-1] += weight
        parent = self._open[-1]
        if type(parent) is Sequence:
            if alias is not None:
                parent.aliases = parent.aliases or {}
                parent.aliases[len(parent.items)] = alias
            parent.items.append(node)
            return
        assert isinstance(parent, Mapping)
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = node
            if type(node) is not Scalar or alias is not None:
                self._complex_key(node, alias)
        else:
            self._keys[-1] = None
            name = key.text if type(key) is Scalar else ""
            parent.entries.append(Entry(key, node, alias, name))

    def _complex_key(self, node: Node, alias: Alias | None) -> None:
        if alias is None:
            message = "Docker Compose will refuse this file: a key has to be text, and this is a list or mapping"
            self.problems.append(Problem(ProblemKind.KEY, node.span, message, "Put quotes around it if it is text."))

    def _stop(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.stopped = True
