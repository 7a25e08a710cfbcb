"""Rendering a document in a dialect: the user's text with only its GPU parts rewritten.

Every dialect reads every other. A service whose claims are all in the dialect already is left as it is, but for the
names of its GPUs where a pin asks for others; otherwise its claims are joined into one of the dialect.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from stacks.allocation import (
    CDI_GPU,
    NO_DEVICES,
    NVIDIA_RUNTIME,
    VISIBLE_DEVICES,
    ClaimKind,
    ClaimOrigin,
    GpuClaim,
    overrides_variable,
    service_claims,
)
from stacks.compose.devices import CDI_DRIVER
from stacks.compose.document import Document, Service
from stacks.compose.edit_batch import EditBatch
from stacks.compose.editing import EditError
from stacks.compose.nodes import OVERRIDE_TAG, RESET_TAG
from stacks.hosts.snapshot import HostSnapshot
from stacks.renderers import cdi, deploy, gpus, runtime
from stacks.renderers.comments import with_comments
from stacks.renderers.deploy import DEVICES
from stacks.renderers.device_names import as_listed
from stacks.renderers.heading import with_heading
from stacks.renderers.pinning import Pin, pinned
from stacks.renderers.selection import (
    Need,
    RenderError,
    RenderNote,
    Selection,
    joined,
    need_of,
    selection_of,
)
from stacks.renderers.steps import Dialect, Plan, Writer, deleting, sum_of

__all__ = ["WRITERS", "Dialect", "Pin", "RenderError", "RenderNote", "Rendered", "render"]

WRITERS: Final = {writer.dialect: writer for writer in (deploy.WRITER, gpus.WRITER, runtime.WRITER, cdi.WRITER)}
DOCUMENT_TARGET: Final = "what the document itself asks for"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered file. `target` says in words what can run it; `notes` what was changed beyond the form or lost."""

    text: str
    dialect: Dialect
    pin: Pin
    target: str
    notes: tuple[RenderNote, ...] = ()


def render(document: Document, dialect: Dialect, pin: Pin = Pin.KEEP, host: HostSnapshot | None = None) -> Rendered:
    """The document in a dialect, its GPUs named by `pin` as on `host`. The dialect `document` is the text unchanged.

    Raises RenderError where the text cannot be read, cannot be edited, or a pin needs a host that is not given.
    """
    if dialect is Dialect.DOCUMENT:
        return Rendered(document.text, dialect, Pin.KEEP, DOCUMENT_TARGET)
    if not document.is_complete:
        raise RenderError("the document cannot be read as a whole; mend it first")
    writer = WRITERS[dialect]
    plans = {service.name: _plan(service, writer, pin, host) for service in document.services}
    body, lost = with_comments(document, _carried_out(document, plans.values()), writer.origin)
    text = with_heading(body, writer.target, pin, host)
    notes = [RenderNote(name, note) for name, plan in plans.items() for note in plan.notes]
    return Rendered(text, dialect, pin, writer.target, (*notes, *lost))


def _carried_out(document: Document, plans: Iterable[Plan]) -> Document:
    """The document after all steps: the first of each service, then the second, so that it is seldom parsed again."""
    batch = EditBatch(document)
    try:
        for turn in zip_longest(*(plan.steps for plan in plans)):
            for step in turn:
                if step is not None:
                    step(batch)
        return batch.finish()
    except EditError as error:
        raise RenderError(f"the GPU parts cannot be rewritten: {error}") from None


def _plan(service: Service, writer: Writer, pin: Pin, host: HostSnapshot | None) -> Plan:
    claims = tuple(claim for claim in service_claims(service) if _is_nvidia(claim))
    unread = Plan(notes=tuple(_unread(service, claims, writer)))
    if not claims:
        return unread
    if marked := _marked(service):
        return Plan(notes=(f"`{marked}` says what other files may set here, so this service stays as it is",))
    need = need_of(service, claims)
    is_own = need.origins == {writer.origin} and not _would_collide(claims, writer, pin, host)
    if is_own:
        renamed = [_pinned(selection_of(claim), writer, pin, host, _takes_counts(writer, claim)) for claim in claims]
        after = joined([selection for selection, _ in renamed])
        plan = sum_of(_renamed(claim, writer, *each) for claim, each in zip(claims, renamed, strict=True))
    else:
        takes_counts = writer.takes_counts and need.driver != CDI_DRIVER
        after, words = _pinned(need.selection, writer, pin, host, takes_counts)
        notes = (*_joined(need), *need.selection.lost, *words)
        plan = sum_of((Plan(notes=notes), writer.convert(need, after)))
    plan = sum_of((plan, _with_variable(need, after, writer)))
    if _is_runtime(service) and writer.origin is not ClaimOrigin.RUNTIME and (plan.steps or is_own):
        plan = sum_of((plan, _without_runtime(need)))
    return sum_of((unread, plan))


def _renamed(claim: GpuClaim, writer: Writer, selection: Selection, words: list[str]) -> Plan:
    written = selection_of(claim)
    lost = () if selection == written else written.lost
    return sum_of((Plan(notes=(*lost, *words)), writer.rename(claim, selection)))


def _with_variable(need: Need, after: Selection, writer: Writer) -> Plan:
    """A variable that repeats what is asked for goes on doing so, though nobody reads it beside a request."""
    given, before = need.service.variable(VISIBLE_DEVICES), need.selection
    if given is None or given.value is None or writer.origin is ClaimOrigin.RUNTIME or need.of(ClaimOrigin.RUNTIME):
        return Plan()
    names = {name.strip() for name in given.value.split(",")}
    is_same = names == {name.value for name in before.as_names()} and before.kind is not ClaimKind.ALL
    value = runtime.visible_devices(after)
    if not is_same or after.kind is not ClaimKind.IDENTIFIERS or after == before:
        return Plan()
    return Plan((lambda batch: batch.set_environment(need.service.name, VISIBLE_DEVICES, value),))


def _without_runtime(need: Need) -> Plan:
    """Without `runtime: nvidia`, which the request makes needless and the host need not have."""
    written = need.service.runtime.text if need.service.runtime else ""
    is_news = not need.of(ClaimOrigin.RUNTIME) or written != NVIDIA_RUNTIME
    notes = (f"`runtime: {written}` was taken out: the request alone gives the GPUs",) if is_news else ()
    return Plan((deleting((*need.service.path, "runtime")),), notes)


def _marked(service: Service) -> str | None:
    """The `!override` or `!reset` on what a dialect would rewrite."""
    below = ((), ("environment",), ("runtime",), ("devices",), ("gpus",), *(DEVICES[:end] for end in range(1, 5)))
    nodes = (service.find(*path) for path in below)
    return next((node.tag for node in nodes if node is not None and node.tag in (OVERRIDE_TAG, RESET_TAG)), None)


def _takes_counts(writer: Writer, claim: GpuClaim) -> bool:
    """Whether a count can be written; the engine's CDI driver refuses one."""
    return writer.takes_counts and not (claim.request is not None and claim.request.is_cdi)


def _pinned(
    selection: Selection, writer: Writer, pin: Pin, host: HostSnapshot | None, takes_counts: bool
) -> tuple[Selection, list[str]]:
    notes: list[str] = []
    if pin is Pin.COUNT and not takes_counts:
        if selection.kind is ClaimKind.IDENTIFIERS:
            notes.append("a count cannot be written here, so the names are kept")
    else:
        selection, notes = pinned(selection, pin, host, takes_counts=takes_counts)
    if writer.origin is ClaimOrigin.CDI and host is not None and host.gpus is not None:
        selection, more = as_listed(selection, host)
        notes += more
    return selection, notes


def _would_collide(claims: tuple[GpuClaim, ...], writer: Writer, pin: Pin, host: HostSnapshot | None) -> bool:
    """Whether two items of `devices` would get one name."""
    if writer.origin is not ClaimOrigin.CDI:
        return False
    names = [name.value for each in claims for name in _pinned(selection_of(each), writer, pin, host, False)[0].names]
    return len(set(names)) < len(names)


def _is_nvidia(claim: GpuClaim) -> bool:
    """Whether the claim is for the GPUs of this product; `gpus` may name another maker's driver."""
    driver = claim.request.driver.string if claim.request and claim.request.driver else "nvidia"
    if driver == CDI_DRIVER and claim.request is not None:
        return all(node.string.startswith(CDI_GPU) for node in claim.request.device_ids or ())
    return driver in ("", NVIDIA_RUNTIME)


def _is_runtime(service: Service) -> bool:
    return service.runtime is not None and service.runtime.string == NVIDIA_RUNTIME


def _unread(service: Service, claims: tuple[GpuClaim, ...], writer: Writer) -> Iterator[str]:
    """What of a service stays as it is, and why."""
    every = tuple(service_claims(service))
    read = {id(claim.request.node) for claim in every if claim.request is not None}
    for request in service.device_requests:
        if request.is_for_gpus and id(request.node) not in read and request.count is not None:
            yield f"`count: {request.count.node.text}` is not a number, so this request stays as it is"
    for claim in every:
        if claim.request is not None and claim.request.driver is not None and not _is_nvidia(claim):
            yield f"the request with `driver: {claim.request.driver.text}` stays as it is: no other form can say it"
    given = service.variable(VISIBLE_DEVICES)
    if _is_runtime(service) and not claims and writer.origin is not ClaimOrigin.RUNTIME:
        if given is None:
            yield "`runtime: nvidia` stays: the image decides which GPUs it gets, which no other form can say"
        elif given.value is None:
            yield f"`runtime: nvidia` stays: {VISIBLE_DEVICES} is taken from the shell, which no other form can do"
        else:
            yield f"`runtime: nvidia` stays: {VISIBLE_DEVICES} asks for no GPU"
    if claims and given is not None and any(overrides_variable(claim) for claim in claims):
        if writer.origin is ClaimOrigin.RUNTIME:
            yield f"{VISIBLE_DEVICES} was `{given.value or ''}`, which a device request overrides; it now says the same"
        elif _is_runtime(service) and given.value not in (None, *NO_DEVICES):
            yield f"`{VISIBLE_DEVICES}={given.value}` was taken out: a device request overrides it"


def _joined(need: Need) -> tuple[str, ...]:
    number = len(need.effective)
    return (f"its {number} requests for GPUs were joined into one",) if number > 1 else ()
