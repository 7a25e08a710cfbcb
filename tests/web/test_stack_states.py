"""What the home page says of each stack's last check: what was found, against what, and whether that is the newest."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.hosts.reading import read_host
from stacks.models import Host, Stack
from stacks.services.host import host_add_snapshot
from stacks.services.stack import stack_create, stack_update_settings
from tests.web.conftest import NVIDIA_SMI_LIST

CLEAN = "services: {a: {image: 'python:3.12'}}\n"
TWO_ERRORS = "services: {a: {image: 'python:3.12', networks: [x, y]}}\n"


def state(client: Client, stack: Stack) -> str:
    """The words of the stack's cell "Last check"."""
    page = client.get("/").content.decode()
    row = next(row for row in page.split("<tr>") if f'href="/stacks/{stack.pk}/"' in row)
    cell = row.split('data-label="Last check"')[1].split("</td>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", cell.partition(">")[2]).split())


@pytest.mark.parametrize(("document", "words"), [(CLEAN, "No problems"), (TWO_ERRORS, "2 errors")])
def test_without_a_host_the_list_says_so(client: Client, ada: User, document: str, words: str) -> None:
    stack = stack_create(user=ada, name="x", document=document)
    assert state(client, stack) == f"{words} without a host"


def test_with_a_host_the_list_names_the_snapshot_and_says_when_there_is_a_newer_one(
    client: Client, ada: User, host: Host
) -> None:
    stack = stack_create(user=ada, name="x", document=CLEAN, host=host)
    assert re.fullmatch(r"No problems with the snapshot of \d+ \w+ \d\d:\d\d", state(client, stack))
    host_add_snapshot(host=host, snapshot=read_host(NVIDIA_SMI_LIST))
    assert state(client, stack).endswith(", before the newest")
    stack_update_settings(stack=stack, name="x", host=host)
    assert not state(client, stack).endswith(", before the newest")


def test_what_could_not_be_checked_is_not_called_clean(client: Client, ada: User) -> None:
    stack = stack_create(user=ada, name="x", document=CLEAN)
    Stack.objects.filter(pk=stack.pk).update(checked_at=None, error_count=None, warning_count=None)
    assert state(client, stack) == "Not checked"
