"""Deleting a host or a template can be undone, at once and later; nothing that pointed to it is lost."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.models import Host, Stack, Template
from stacks.services.host import host_detect
from stacks.services.stack import stack_create, stack_update_settings
from stacks.services.template import template_create_from_stack


@pytest.fixture
def template(ada: User, stack: Stack) -> Template:
    return template_create_from_stack(stack=stack, user=ada, title="kept", description="", visibility="shared")


def test_a_host_comes_back_with_its_snapshots_and_to_its_stacks(
    client: Client, ada: User, bob: User, host: Host
) -> None:
    mine = stack_create(user=ada, name="mine", document="services: {a: {image: 'x:1'}}", host=host)
    other = stack_create(user=bob, name="bobs", document="services: {a: {image: 'x:1'}}", host=host)
    moved = stack_create(user=ada, name="moved", document="services: {a: {image: 'x:1'}}", host=host)
    settings = client.get(f"/hosts/{host.pk}/settings/").content.decode()
    assert "3 stacks name it, those of others counted; they are then" in settings
    page = client.post(f"/hosts/{host.pk}/delete/", follow=True).content.decode()
    assert f'action="/hosts/{host.pk}/undelete/"' in page and "No host yet" in page
    for stack in (mine, other, moved):
        stack.refresh_from_db()
        assert (stack.host, stack.checked_snapshot) == (None, None)
    stack_update_settings(stack=moved, name="moved", host=(elsewhere := Host.objects.create(owner=ada, name="new")))
    client.post(f"/hosts/{host.pk}/undelete/")
    for stack, now in ((mine, host), (other, host), (moved, elsewhere)):
        stack.refresh_from_db()
        assert stack.host == now
    assert mine.checked_snapshot == host.latest is not None
    assert client.get(f"/hosts/{host.pk}/").status_code == 200


def test_a_deleted_host_is_nowhere(client: Client, host: Host, monkeypatch: pytest.MonkeyPatch, ada: User) -> None:
    client.post(f"/hosts/{host.pk}/delete/")
    for page in ("", "update/", "settings/"):
        assert client.get(f"/hosts/{host.pk}/{page}").status_code == 404
    assert client.post("/stacks/new/yaml/", {"document": "a: 1", "host": host.pk}).status_code == 422
    for page in ("/hosts/", "/templates/", "/stacks/new/"):
        assert "lab-2" not in client.get(page, follow=True).content.decode().replace("Deleted the host “lab-2”.", "")
    monkeypatch.setattr("stacks.services.host.detect_host", lambda: _named("lab-2"))
    again, is_new = host_detect(user=ada)
    assert is_new and again != host


def _named(name: str) -> object:
    from dataclasses import replace

    from tests.rules.case_files import load_host

    return replace(load_host("h200-x2"), hostname=name)


def test_a_template_comes_back(client: Client, template: Template) -> None:
    address = template.get_absolute_url()
    stack = Stack.objects.get()
    Stack.objects.update(template_of_origin=template)
    assert "1 stack made from it stays as it is" in client.get(f"{address}edit/").content.decode()
    page = client.post(f"{address}delete/", follow=True).content.decode()
    assert f'action="{address}undelete/"' in page
    assert client.get(address).status_code == client.get(f"{address}edit/").status_code == 404
    assert address not in client.get("/templates/").content.decode()
    assert address not in client.get(f"/stacks/{stack.pk}/settings/").content.decode()
    client.post(f"{address}undelete/")
    assert client.get(address).status_code == 200
    assert address in client.get(f"/stacks/{stack.pk}/settings/").content.decode()


def test_what_is_deleted_is_listed_with_the_way_back(client: Client, host: Host, template: Template) -> None:
    client.post(f"/hosts/{host.pk}/delete/")
    client.post(f"{template.get_absolute_url()}delete/")
    page = client.get("/stacks/deleted/").content.decode()
    assert f'action="/hosts/{host.pk}/undelete/"' in page
    assert f'action="{template.get_absolute_url()}undelete/"' in page
    assert "Nothing is deleted" not in page


def test_only_the_owner_brings_them_back(bobs_client: Client, client: Client, host: Host, template: Template) -> None:
    client.post(f"/hosts/{host.pk}/delete/")
    client.post(f"{template.get_absolute_url()}delete/")
    for address in (f"/hosts/{host.pk}/undelete/", f"{template.get_absolute_url()}undelete/"):
        assert bobs_client.post(address).status_code == 404
    assert "lab-2" not in bobs_client.get("/stacks/deleted/").content.decode()
    assert Host.objects.exclude(deleted_at=None).count() == Template.objects.exclude(deleted_at=None).count() == 1
