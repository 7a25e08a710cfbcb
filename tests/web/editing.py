"""How tests speak to the editor: as its scripts do, and as a browser without scripts does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client

from stacks.models import Stack

HTMX = {"HX-Request": "true"}
_DATA = re.compile(r'<script id="live-data" type="application/json">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    html: str
    data: dict[str, Any]

    @property
    def text(self) -> str:
        """The new document."""
        return str(self.data["text"])

    @property
    def words(self) -> str:
        """What a reader sees, without the markup."""
        return " ".join(
            unescape(re.sub(r"<[^>]+>", "", re.sub(r"<script.*?</script>", "", self.html, flags=re.S))).split()
        )


def texts(stack: Stack, document: str | None = None) -> dict[str, str]:
    return {
        "document": stack.document if document is None else document,
        "environment": stack.environment,
        "version": str(stack.version),
    }


def live(client: Client, stack: Stack, document: str | None = None, **given: str) -> Answer:
    return _answer(client.post(f"/stacks/{stack.pk}/live/", texts(stack, document) | given, headers=HTMX))


def edit(client: Client, stack: Stack, do: str, document: str | None = None, **given: str) -> Answer:
    """An act by HTMX; the names of `given` may hold `@` and `.`, so that it is mostly passed as `**{...}`."""
    return _answer(client.post(f"/stacks/{stack.pk}/edit/", texts(stack, document) | {"do": do} | given, headers=HTMX))


def _answer(response: Any) -> Answer:
    html = response.content.decode()
    found = _DATA.search(html)
    return Answer(response.status_code, html, json.loads(found[1]) if found else {})
