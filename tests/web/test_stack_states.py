"""What the home page says of each stack's last check: what was found, against what, and whether that is the newest."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.hosts.reading import read_host
from stacks.models import Host, HostSnapshot, Stack
from stacks.services.host import host_add_snapshot
from stacks.services.stack import stack_create, stack_delete, stack_update_settings
from tests.web.conftest import NVIDIA_SMI_LIST

CLEAN = "services: {a: {image: 'python:3.12'}}\n"
TWO_ERRORS = "services: {a: {image: 'python:3.12', networks: [x, y]}}\n"


def state(client: Client, stack: Stack) -> str:
    """The words of the stack's cell "Last check"."""
    page = client.get("/").content.decode()
    row = next(row for row in page.split("<tr>") if f'href="/stacks/{stack.pk}/"' in row)
    cell = row.split('data-label="Last check"')[1].split("</td>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", cell.partition(">")[2]).split())


@pytest.mark.parametrize(
    ("document", "words"),
    [(CLEAN, "No problems every layer but the host’s"), (TWO_ERRORS, "2 errors without a host")],
)
def test_without_a_host_the_list_says_so(client: Client, ada: User, document: str, words: str) -> None:
    stack = stack_create(user=ada, name="x", document=document)
    assert state(client, stack) == words


def test_with_a_host_the_list_names_the_snapshot_and_says_when_there_is_a_newer_one(
    client: Client, ada: User, host: Host
) -> None:
    stack = stack_create(user=ada, name="x", document=CLEAN, host=host)
    words = r"No problems every layer, the host’s in part, with the snapshot of \d+ \w+ \d\d:\d\d"
    assert re.fullmatch(words, state(client, stack))
    HostSnapshot.objects.create(host=host, document=host.latest.document, source="put there by hand")
    assert state(client, stack).endswith(", before the newest")
    stack_update_settings(stack=stack, name="x", host=host)
    assert not state(client, stack).endswith(", before the newest")


def test_broken_yaml_is_not_said_to_be_checked_against_the_host(client: Client, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="x", document="services: [", host=host)
    assert state(client, stack) == "1 error not against its host"


ONE_TOO_MANY = "services: {a: {image: 'python:3.12', gpus: [{device_ids: ['0']}]}}\n"


def test_a_new_snapshot_is_checked_against_at_once(client: Client, ada: User, host: Host) -> None:
    document = ONE_TOO_MANY.replace("0", "1")
    stack = stack_create(user=ada, name="x", document=document, host=host)
    deleted = stack_create(user=ada, name="y", document=document, host=host)
    stack_delete(stack=deleted)
    assert "error" not in state(client, stack)
    host_add_snapshot(host=host, snapshot=read_host(NVIDIA_SMI_LIST.splitlines()[0]))
    assert state(client, stack).startswith("1 error every layer, the host’s in part, with the snapshot of ")
    deleted.refresh_from_db()
    assert deleted.error_count == 1
    assert "GPU102" in client.get(f"/stacks/{stack.pk}/").content.decode()


def test_without_its_host_a_stack_has_no_error_of_the_host(client: Client, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="x", document=ONE_TOO_MANY.replace("0", "7"), host=host)
    assert state(client, stack).startswith("1 error every layer")
    client.post(f"/hosts/{host.pk}/delete/")
    assert "error" not in state(client, stack) and "every layer but the host’s" in state(client, stack)


def test_a_rename_shows_everywhere_at_once(client: Client, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="x", document=ONE_TOO_MANY.replace("0", "7"), host=host)
    assert "<code>lab-2</code> has no GPU" in client.get(f"/stacks/{stack.pk}/").content.decode()
    client.post(f"/hosts/{host.pk}/settings/", {"name": "lab-3"})
    page = client.get(f"/stacks/{stack.pk}/").content.decode()
    assert "<code>lab-3</code> has no GPU" in page and "lab-2" not in page


def test_an_empty_stack_has_no_error_but_is_not_checked(client: Client, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="x", document="\n", host=host)
    assert state(client, stack) == "Not checked"
    page = client.get(f"/stacks/{stack.pk}/").content.decode()
    assert "Nothing to check yet" in page and "COM004" not in page and 'class="layers"' not in page


def test_what_could_not_be_checked_is_not_called_clean(client: Client, ada: User) -> None:
    stack = stack_create(user=ada, name="x", document=CLEAN)
    Stack.objects.filter(pk=stack.pk).update(checked_at=None, error_count=None, warning_count=None)
    assert state(client, stack) == "Not checked"
