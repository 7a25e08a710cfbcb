"""How values are shown: sizes with units, GPU requests in words, where in the product a page is."""

from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template.defaultfilters import date

from stacks.models import GpuClaim, Stack
from stacks.services.host_facts import ago

register = template.Library()

GIB = 1024**3
_UNDO = "undo:"


@register.simple_tag(takes_context=True)
def in_section(context: dict[str, Any], prefix: str) -> bool:
    """Whether the page belongs to the section whose URL names begin so."""
    match = getattr(context.get("request"), "resolver_match", None)
    return bool(match and (match.url_name or "").startswith(prefix))


@register.filter
def gib(size: int | None) -> str:
    """Bytes as GiB with at most one decimal: `139.8 GiB`."""
    return "unknown" if size is None else f"{size / GIB:.1f}".removesuffix(".0") + " GiB"


register.filter("ago", ago)


@register.filter
def undo_url(message: Message) -> str:
    """The address that undoes what the message tells of, or nothing."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else ""


@register.filter
def gpu_request(claim: GpuClaim) -> str:
    """A GPU request in words: `all GPUs`, `2 GPUs`, `GPU 0, 1`."""
    if claim.kind == GpuClaim.Kind.COUNT and claim.count is not None:
        return f"{claim.count} GPU{'' if claim.count == 1 else 's'}"
    if claim.kind == GpuClaim.Kind.DEVICES:
        return "GPU " + ", ".join(_short(str(device)) for device in claim.device_ids)
    return "all GPUs"


def _short(device: str) -> str:
    """A UUID by its last 8 characters, as everywhere in the product."""
    return f"…{device[-8:]}" if len(device) > 12 else device


@register.filter
def gpu_summary(stack: Stack) -> str:
    """What all services of a stack ask for, in words; nothing when none asks for a GPU."""
    claims = [gpu_request(claim) for service in stack.services.all() for claim in service.gpu_claims.all()]
    return ", ".join(dict.fromkeys(claims))


@register.filter
def worst_severity(stack: Stack) -> str:
    """The badge of a stack's last check: `error`, `warning`, `ok`, or `unchecked` where there was none."""
    if stack.checked_at is None:
        return "unchecked"
    return "error" if stack.error_count else "warning" if stack.warning_count else "ok"


@register.simple_tag
def check_scope(stack: Stack) -> str:
    """What a stack's last check covered; `newest_snapshot` is the number of its host's newest, as the list reads it.

    Where only the YAML was read, it was refused, so that there are errors and none of the layers is called checked.
    """
    kept = stack.checked_snapshot
    if kept is not None:
        older = ", before the newest" if getattr(stack, "newest_snapshot", kept.pk) != kept.pk else ""
        part = "" if kept.engine_version and kept.gpu_count is not None else ", the host’s in part"
        return f"every layer{part}, with the snapshot of {date(kept.created_at, 'j M H:i')}{older}"
    if not stack.error_count:
        return "every layer but the host’s"
    return "without a host" if stack.host is None else "not against its host"


@register.filter
def style_sheets(names: str) -> list[str]:
    """The static paths of style sheets named in one line."""
    return [f"css/{name}.css" for name in names.split()]
