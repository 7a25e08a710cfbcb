"""Words of the editor page: messages with their values set as code."""

from collections.abc import Hashable, Mapping
from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def part(name: str, **values: Hashable) -> SafeString:
    """A template rendered with these values alone, remembered by them.

    A live answer repeats most of what the one before said: of twenty services a key stroke changes one.
    """
    return _rendered(name, tuple(values.items()))


@lru_cache(maxsize=1024)
def _rendered(name: str, values: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return SafeString(get_template(name).render(dict(values)))


@register.filter
def coded(text: str) -> SafeString:
    """A message with what stands in backticks as `<code>`; everything in it is escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick too many: it belongs to somebody's text
        return conditional_escape(text)
    return SafeString(
        "".join(
            format_html("<code>{}</code>", part) if index % 2 else conditional_escape(part)
            for index, part in enumerate(parts)
        )
    )


@register.filter
def slug_of(name: str) -> str:
    """A name as part of an id: what may not stand in one is written by its number."""
    return "".join(char if char.isalnum() or char in "-." else f"_{ord(char):x}_" for char in name)


@register.filter
def typed_of(texts: Mapping[str, str], name: str) -> str:
    """One of several texts by its name; nothing where there is none of that name."""
    return texts.get(name, "")
