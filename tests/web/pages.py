"""What tests say of a page as a whole: every address that shows one, and what no page may hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.urls import URLPattern, get_resolver


class InlineCode(HTMLParser):
    """Collects what a strict CSP would refuse: style attributes and elements, inline scripts, event attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        is_data = ("type", "application/json") in attrs
        if tag == "style" or (tag == "script" and "src" not in names and not is_data):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name, value in attrs if name == "style" or name.startswith(("on", "hx-on"))]
        self.found += [f"{tag} {name}" for name, value in attrs if (value or "").strip().startswith("javascript:")]


def inline_code(html: str) -> list[str]:
    reader = InlineCode()
    reader.feed(html)
    return reader.found


def scripts_loaded(html: str) -> list[str]:
    return re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"', html)


def url_names(prefix: str) -> list[tuple[str, str]]:
    """Name and route of every address whose route begins so."""
    found: list[tuple[str, str]] = []
    for pattern in get_resolver("stacks.urls").url_patterns:
        if isinstance(pattern, URLPattern) and str(pattern.pattern).startswith(prefix):
            found.append((pattern.name or "", str(pattern.pattern)))
    return found


def filled(route: str, **values: object) -> str:
    """A route with its parameters filled in: `stacks/<int:pk>/` with pk=3 gives `/stacks/3/`."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)
