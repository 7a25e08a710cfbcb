"""What holds of every rendered file, whatever the document: asked by the properties of this folder."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from stacks.allocation import NO_DEVICES, ClaimKind, ClaimOrigin, GpuClaim, service_claims
from stacks.compose.document import Document, Service, parse_document
from stacks.compose.nodes import Node, Scalar, Sequence
from stacks.hosts.snapshot import HostSnapshot
from stacks.renderers.comments import comments
from stacks.renderers.registry import Dialect, Pin, Rendered, render
from stacks.rules.checker import check_document
from stacks.rules.findings import Layer, Severity

DIALECTS = (Dialect.DEPLOY, Dialect.GPUS, Dialect.RUNTIME, Dialect.CDI)
GPU_KEYS = ("deploy", "gpus", "devices", "environment", "runtime")

Held = dict[str, tuple[frozenset[tuple[int, int | None]], frozenset[str]]]


def held_gpus(document: Document, host: HostSnapshot) -> Held:
    """Which GPUs and MIG instances each service gets, and which names the host lacks, as the engine reads a request.

    A request overrides NVIDIA_VISIBLE_DEVICES; one id that holds commas is several; count N is GPUs 0 to N-1.
    """
    return {service.name: _held_by(service, host) for service in document.services}


def _held_by(service: Service, host: HostSnapshot) -> tuple[frozenset[tuple[int, int | None]], frozenset[str]]:
    claims = list(service_claims(service))
    if any(_overrides(claim) for claim in claims):
        claims = [claim for claim in claims if claim.origin is not ClaimOrigin.RUNTIME]
    held, unknown = set(), set()
    for name in (name for claim in claims for name in _names(claim, host)):
        match = host.resolve_gpu(name)
        if match is None:
            unknown.add(name)
        else:
            held.add((match.gpu.index, match.mig_instance.index if match.mig_instance else None))
    gets_all = any(claim.kind is ClaimKind.ALL for claim in claims)  # beside which a name adds nothing
    return frozenset(held), frozenset() if gets_all else frozenset(unknown)


def _overrides(claim: GpuClaim) -> bool:
    driver = claim.request.driver.string if claim.request and claim.request.driver else ""
    return claim.request is not None and driver in ("", "nvidia") and not claim.is_nothing


def _names(claim: GpuClaim, host: HostSnapshot) -> Iterator[str]:
    if claim.kind is ClaimKind.IDENTIFIERS:
        for identifier in claim.identifiers:
            names = [name.strip().removeprefix("nvidia.com/gpu=") for name in identifier.text.split(",")]
            yield from () if NO_DEVICES & set(names) else names
    else:
        number = len(host.gpus or ()) if claim.kind is ClaimKind.ALL else claim.count
        yield from map(str, range(number))


def is_shared(service: Service) -> bool:
    """Whether aliases, anchors or merges stand in what is written for the service."""
    pending: list[Node] = [service.node]
    if service.entry.alias is not None or not service.node.start <= service.node.end:
        return True
    while pending:
        node = pending.pop()
        if node.anchor is not None:
            return True
        if isinstance(node, Sequence):
            if node.aliases:
                return True
            pending.extend(node.items)
        elif not isinstance(node, Scalar):
            if any(entry.alias is not None or entry.is_merge for entry in node.entries):
                return True
            pending.extend(entry.value for entry in node.entries)
    return False


def untouched_lines(document: Document) -> list[str]:
    """The lines that a dialect has no business with: all but those of the GPU keys of services, and shared services.

    Lines of comments are left out: a comment may move to where the GPU parts moved.
    """
    source = document.source
    gone = {source.position(offset).line for offset, _ in comments(document) if _starts_line(document.text, offset)}
    for service in document.services:
        spans = [entry.span for entry in service.node.entries if entry.name in GPU_KEYS]
        if service.node.flow or is_shared(service):
            spans = [service.entry.span]
        for span in spans:
            last = max(span.start, span.end - 1)
            gone.update(range(source.position(span.start).line, source.position(last).line + 1))
    return [line for number, line in enumerate(_lines(document.text), 1) if number not in gone and line.strip()]


def _starts_line(text: str, offset: int) -> bool:
    return not re.split(r"[\r\n]", text[:offset])[-1].strip(" \t\ufeff")


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))


def is_subsequence(part: list[str], whole: list[str]) -> str | None:
    """The first line that is missing, in order; None where all are there."""
    rest = iter(whole)
    return next((line for line in part if not any(line == other for other in rest)), None)


def lost_comments(before: Document, rendered: Rendered) -> Counter[str]:
    """Comments that are gone without a word."""
    kept = Counter(text for _, text in comments(parse_document(rendered.text)))
    said = Counter(note.text for note in rendered.notes)
    lost = Counter(text for _, text in comments(before)) - kept
    return Counter(
        {text: number for text, number in lost.items() if said[f"the comment `{text}` was left out"] < number}
    )


def errors_of(document: Document, host: HostSnapshot) -> set[tuple[str, str | None]]:
    """Our own errors but those of the layer `host`: whether a host has a runtime or CDI is its own matter."""
    found = check_document(document, host).diagnostics
    return {
        (each.code, each.service) for each in found if each.severity is Severity.ERROR and each.layer is not Layer.HOST
    }


def assert_rendering(
    text: str, environment: Mapping[str, str], dialect: Dialect, pin: Pin, host: HostSnapshot
) -> Rendered:
    """Render and see that nothing but the GPU parts changed, and that these mean what they meant."""
    before = parse_document(text, environment)
    rendered = render(before, dialect, pin, host)
    after = parse_document(rendered.text, environment)
    assert after.is_complete
    wanted = held_gpus(before, host)
    assert held_gpus(after, host) == wanted
    missing = is_subsequence(untouched_lines(before), _lines(rendered.text))
    assert missing is None, f"a line outside of the GPU parts changed: {missing!r}"
    assert not lost_comments(before, rendered)
    heading, _, _ = rendered.text.lstrip("\ufeff").partition("\n")
    assert heading.startswith(f"# Rendered by gpu-compose for {rendered.target}; ")
    assert render(after, dialect, pin, host).text == rendered.text, "rendering twice is not as rendering once"
    other = Dialect.GPUS if dialect is Dialect.DEPLOY else Dialect.DEPLOY
    back = parse_document(render(after, other, Pin.KEEP, host).text, environment)
    assert held_gpus(back, host) == wanted, "rendering back gives other GPUs"
    return rendered
