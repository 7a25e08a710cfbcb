"""A `.env` text that Docker Compose refuses is an error wherever the stack's check is shown."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.models import Stack
from stacks.services.stack import stack_create
from tests.oracle import ComposeOracle
from tests.web.editing import live

DOCUMENT = "services:\n  train:\n    image: python:3.12\n    command: python train.py\n"
BROKEN = 'TAG=7\nFOO BAR\n"bad\n'


@pytest.fixture
def broken(ada: User) -> Stack:
    return stack_create(user=ada, name="x", document=DOCUMENT, environment=BROKEN)


def test_each_line_that_is_refused_is_an_error_of_the_panel(client: Client, stack: Stack) -> None:
    answer = live(client, stack, DOCUMENT, environment=BROKEN)
    assert "Docker Compose will refuse line 2 of .env: the name FOO BAR has a space in it" in answer.words
    assert "Docker Compose will refuse line 3 of .env:" in answer.words
    assert answer.data["counts"][0] == 2
    assert "Every check that ran has passed" not in answer.words
    assert answer.html.count("is-active") == 1 and "Write NAME=value" in answer.words
    assert live(client, stack, DOCUMENT, environment="TAG=7\n").data["counts"][0] == 0


@pytest.mark.parametrize("line", ["TAG=7", "FOO BAR", '"bad'])
def test_docker_compose_refuses_the_same_lines(client: Client, stack: Stack, oracle: ComposeOracle, line: str) -> None:
    errors = live(client, stack, DOCUMENT, environment=line + "\n").data["counts"][0]
    assert oracle.config(DOCUMENT, env_file=line + "\n").accepted is (errors == 0)


def test_one_of_them_can_be_opened_and_so_can_an_error_of_the_document(client: Client, stack: Stack) -> None:
    document = DOCUMENT + "    mystery: 1\n"
    both = live(client, stack, document, environment=BROKEN)
    assert both.data["counts"][0] == 3
    places = re.findall(r'data-place="([^"]+)"', both.html)
    assert places[0].startswith("env-") and places[1].startswith("env-")
    for place in places:
        opened = live(client, stack, document, environment=BROKEN, active=place).html
        assert re.findall(r'is-active" data-key="([^"]+)"', opened) == [place]


def test_the_lists_count_them(client: Client, broken: Stack) -> None:
    assert broken.error_count == 2
    assert "No problems" not in client.get("/").content.decode()


def test_the_export_fails_and_says_where(client: Client, broken: Stack) -> None:
    page = " ".join(
        unescape(re.sub(r"<[^>]*>", " ", client.get(f"/stacks/{broken.pk}/export/").content.decode())).split()
    )
    assert "Docker Compose will refuse the .env beside this file" in page
    assert "refuse line 2 of .env : the name FOO BAR has a space in it" in page
    assert "No errors in what was checked" not in page and "Mend it in the editor" in page


def test_what_is_in_the_env_text_is_escaped(client: Client, stack: Stack) -> None:
    hostile = "<script>alert(1)</script> x\n`<b>x</b> y`\n"
    assert "<script>alert" not in live(client, stack, DOCUMENT, environment=hostile).html
