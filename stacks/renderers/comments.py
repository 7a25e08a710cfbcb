"""Comments of what a dialect rewrites: they move above the new words, for they belong to their author."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from stacks.allocation import ClaimOrigin, service_claims
from stacks.compose.document import Document, Service
from stacks.compose.layout import Layout
from stacks.compose.nodes import Mapping, Node, Scalar, Sequence
from stacks.compose.source import Span, TextEdit, apply
from stacks.patterns import lazy_pattern
from stacks.renderers.selection import RenderNote

_START = lazy_pattern(r"(?:(?<=[\s\ufeff])|\A)#")
_HEAD = lazy_pattern(r"([ ]*)(?:- +)*\Z")
_KEYS = {
    ClaimOrigin.DEPLOY: "deploy",
    ClaimOrigin.GPUS: "gpus",
    ClaimOrigin.CDI: "devices",
    ClaimOrigin.RUNTIME: "runtime",
}


def comments(document: Document) -> Iterator[tuple[int, str]]:
    """Every comment of a text with its offset; what looks like one inside a string is none."""
    quoted = sorted(_quoted(document))
    layout, index, end = Layout(document.text), 0, 0
    for match in _START.finditer(document.text):
        start = match.start()
        while index < len(quoted) and quoted[index].end <= start:
            index += 1
        if start >= end and (index == len(quoted) or not quoted[index].contains(start)):
            end = layout.line_end(start)
            yield start, document.text[start:end].rstrip()


def _quoted(document: Document) -> Iterator[Span]:
    pending: list[Node] = [*document.parsed.roots]
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            if node.style is not None:
                yield node.span
        elif isinstance(node, Sequence):
            aliases = node.aliases or {}
            pending.extend(item for index, item in enumerate(node.items) if index not in aliases)
        else:
            pending.extend(entry.key for entry in node.entries)
            pending.extend(entry.value for entry in node.entries if entry.alias is None)


def with_comments(before: Document, after: Document, origin: ClaimOrigin) -> tuple[str, list[RenderNote]]:
    """The text of `after` with those comments of `before` that it lacks, each above what its service has of `origin`.

    The notes tell of those that have no line there, as in a service that is written on one line.
    """
    edits: list[TextEdit] = []
    notes: list[RenderNote] = []
    for name, lost in _lost(before, after).items():
        was, service = before.service(name), after.service(name)
        offset = None if was is None or service is None else _line_for(after, was, service, origin)
        if offset is None:
            notes.extend(RenderNote(name or None, f"the comment `{comment}` was left out") for comment in lost)
            continue
        layout = Layout(after.text)
        indent = " " * layout.column(offset)
        lines = "".join(f"{indent}{comment}{layout.newline}" for comment in lost)
        start = layout.line_start(offset)
        edits.append(TextEdit(Span(start, start), lines))
    return apply(after.text, edits), notes


def _lost(before: Document, after: Document) -> dict[str, list[str]]:
    """The comments that are gone, by the service that they stood in; one that moved elsewhere is not gone."""
    old, new = _by_service(before), _by_service(after)
    gained: Counter[str] = Counter()
    for name, texts in new.items():
        gained += Counter(texts) - Counter(old.get(name, ()))
    lost: dict[str, list[str]] = {}
    for name, texts in old.items():
        missing = Counter(texts) - Counter(new.get(name, ()))
        for text in texts:
            if missing[text] <= 0:
                continue
            missing[text] -= 1
            if gained[text] > 0:
                gained[text] -= 1
            else:
                lost.setdefault(name, []).append(text)
    return lost


def _by_service(document: Document) -> dict[str, list[str]]:
    """The comments behind the name of each service, up to the next one; under "" those above the first."""
    starts = sorted((service.span.start, service.name) for service in document.services)
    found: dict[str, list[str]] = {}
    for offset, text in comments(document):
        index = bisect_right(starts, offset, key=itemgetter(0))
        found.setdefault(starts[index - 1][1] if index else "", []).append(text)
    return found


def _line_for(after: Document, was: Service, service: Service, origin: ClaimOrigin) -> int | None:
    """Where the first thing on a line stands above which comments can be put."""
    layout = Layout(after.text)
    for offset in _candidates(was, service, origin):
        start = layout.line_start(offset)
        head = _HEAD.match(after.text[start:offset])
        if head is not None and service.span.start <= offset <= service.entry.span.end:
            return start + len(head.group(1))
    return None


def _candidates(was: Service, service: Service, origin: ClaimOrigin) -> Iterator[int]:
    key = _KEYS[origin]
    claims = [claim for claim in service_claims(service) if claim.origin is origin]
    if claims and key in ("deploy", "devices") and was.get(key) is not None:
        yield claims[0].span.start
    written = service.node.entries if isinstance(service.node, Mapping) else []
    yield from (entry.key.start for entry in written if entry.name == key)
    yield service.span.start
