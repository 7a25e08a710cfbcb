"""The editor page and its live answers."""

from __future__ import annotations

from django.test import Client

from stacks.models import Host, Stack
from tests.web.editing import live


def test_the_page_shows_text_services_and_board(client: Client, stack: Stack) -> None:
    page = client.get(f"/stacks/{stack.pk}/").content.decode()
    assert "image: python:3.12" in page
    assert 'data-service="train"' in page
    assert "No host is chosen." in page


def test_live_answers_with_fragments(client: Client, stack: Stack, host: Host) -> None:
    stack.host = host
    stack.save()
    answer = live(client, stack, selected="train")
    assert answer.status == 200
    assert answer.data["services"][0][0] == "train"
    assert 'id="board"' in answer.html
