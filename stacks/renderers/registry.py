"""Rendering a document in a dialect: the user's text with only its GPU parts rewritten.

Every dialect reads every other. A service whose claims are all in the dialect already is left as it is, but for the
names of its GPUs where a pin asks for others; otherwise its claims are joined into one of the dialect.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from stacks.allocation import NVIDIA_RUNTIME, VISIBLE_DEVICES, ClaimKind, ClaimOrigin, GpuClaim, service_claims
from stacks.compose.devices import CDI_DRIVER
from stacks.compose.document import Document, Service
from stacks.compose.edit_batch import EditBatch
from stacks.compose.editing import EditError
from stacks.hosts.snapshot import HostSnapshot
from stacks.renderers import cdi, deploy, gpus, runtime
from stacks.renderers.heading import with_heading
from stacks.renderers.pinning import Pin, pinned
from stacks.renderers.selection import Need, RenderError, RenderNote, Selection, need_of, selection_of
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
    text = with_heading(_carried_out(document, plans.values()), writer.target, pin, host)
    notes = tuple(RenderNote(name, note) for name, plan in plans.items() for note in plan.notes)
    return Rendered(text, dialect, pin, writer.target, notes)


def _carried_out(document: Document, plans: Iterable[Plan]) -> str:
    """The text after all steps: the first of each service, then the second, so that it is seldom parsed again."""
    batch = EditBatch(document)
    try:
        for turn in zip_longest(*(plan.steps for plan in plans)):
            for step in turn:
                if step is not None:
                    step(batch)
        return batch.finish().text
    except EditError as error:
        raise RenderError(str(error)) from None


def _plan(service: Service, writer: Writer, pin: Pin, host: HostSnapshot | None) -> Plan:
    claims = tuple(claim for claim in service_claims(service) if _is_nvidia(claim))
    unread = Plan(notes=tuple(_unread(service, claims, writer)))
    if not claims:
        return unread
    need = need_of(service, claims)
    is_own = need.origins == {writer.origin} and not _would_collide(claims, writer, pin, host)
    if is_own:
        plan = sum_of(_renamed(claim, writer, pin, host) for claim in claims)
    else:
        selection, words = _pinned(need.selection, writer, pin, host)
        plan = sum_of((Plan(notes=(*_joined(claims), *need.selection.lost, *words)), writer.convert(need, selection)))
    if _is_runtime(service) and writer.origin is not ClaimOrigin.RUNTIME and (plan.steps or is_own):
        plan = sum_of((plan, _without_runtime(need)))
    return sum_of((unread, plan))


def _renamed(claim: GpuClaim, writer: Writer, pin: Pin, host: HostSnapshot | None) -> Plan:
    selection, words = _pinned(selection_of(claim), writer, pin, host)
    return sum_of((Plan(notes=tuple(words)), writer.rename(claim, selection)))


def _without_runtime(need: Need) -> Plan:
    """Without `runtime: nvidia`, which the request makes needless and the host need not have."""
    is_news = not need.of(ClaimOrigin.RUNTIME)
    notes = ("`runtime: nvidia` was taken out: the request alone gives the GPUs",) if is_news else ()
    return Plan((deleting((*need.service.path, "runtime")),), notes)


def _pinned(selection: Selection, writer: Writer, pin: Pin, host: HostSnapshot | None) -> tuple[Selection, list[str]]:
    if pin is not Pin.COUNT or writer.takes_counts:
        return pinned(selection, pin, host)
    kept = selection.kind is ClaimKind.IDENTIFIERS
    return selection, ["a count cannot be written in this dialect, so the names are kept"] if kept else []


def _would_collide(claims: tuple[GpuClaim, ...], writer: Writer, pin: Pin, host: HostSnapshot | None) -> bool:
    """Whether two items of `devices` would get one name."""
    if writer.origin is not ClaimOrigin.CDI:
        return False
    names = [name.value for each in claims for name in _pinned(selection_of(each), writer, pin, host)[0].names]
    return len(set(names)) < len(names)


def _is_nvidia(claim: GpuClaim) -> bool:
    """Whether the claim is for the GPUs of this product; `gpus` may name another maker's driver."""
    driver = claim.request.driver.string if claim.request and claim.request.driver else "nvidia"
    return driver in ("", CDI_DRIVER) or driver.startswith(NVIDIA_RUNTIME)


def _is_runtime(service: Service) -> bool:
    return service.runtime is not None and service.runtime.string == NVIDIA_RUNTIME


def _unread(service: Service, claims: tuple[GpuClaim, ...], writer: Writer) -> Iterator[str]:
    """What of a service stays as it is, and why."""
    read = {id(claim.request.node) for claim in service_claims(service) if claim.request is not None}
    for request in service.device_requests:
        if request.is_for_gpus and id(request.node) not in read and request.count is not None:
            yield f"`count: {request.count.node.text}` is not a number, so this request stays as it is"
    if _is_runtime(service) and not claims and writer.origin is not ClaimOrigin.RUNTIME:
        if service.variable(VISIBLE_DEVICES) is None:
            yield "`runtime: nvidia` stays: the image decides which GPUs it gets, which no other form can say"
        else:
            yield f"`runtime: nvidia` stays: {VISIBLE_DEVICES} asks for no GPU"
    given = service.variable(VISIBLE_DEVICES)
    is_read = any(claim.origin is ClaimOrigin.RUNTIME for claim in claims)
    if writer.origin is ClaimOrigin.RUNTIME and claims and given is not None and not is_read:
        yield f"{VISIBLE_DEVICES} was `{given.value or ''}`, which a device request overrides; it now says the same"


def _joined(claims: tuple[GpuClaim, ...]) -> tuple[str, ...]:
    return (f"its {len(claims)} requests for GPUs were joined into one",) if len(claims) > 1 else ()
