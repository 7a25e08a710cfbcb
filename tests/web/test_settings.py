"""Renaming, choosing a host, duplicating, deleting and bringing back."""

from __future__ import annotations

from django.test import Client

from stacks.models import Host, Stack


def test_renaming_and_choosing_a_host(client: Client, stack: Stack, host: Host) -> None:
    client.post(f"/stacks/{stack.pk}/settings/", {"name": "<em>renamed</em>", "host": host.pk})
    stack.refresh_from_db()
    assert (stack.name, stack.host, stack.version) == ("<em>renamed</em>", host, 1)
    page = client.get(f"/stacks/{stack.pk}/settings/").content.decode()
    assert "<em>renamed" not in page and "&lt;em&gt;renamed" in page
    client.post(f"/stacks/{stack.pk}/settings/", {"name": "x", "host": ""})
    stack.refresh_from_db()
    assert stack.host is None


def test_a_stack_needs_a_name_here(client: Client, stack: Stack) -> None:
    assert client.post(f"/stacks/{stack.pk}/settings/", {"name": " "}).status_code == 422
    stack.refresh_from_db()
    assert stack.name == "training"


def test_duplicating(client: Client, stack: Stack) -> None:
    client.post(f"/stacks/{stack.pk}/duplicate/")
    copy = Stack.objects.exclude(pk=stack.pk).get()
    assert (copy.name, copy.document, copy.version) == ("training (copy)", stack.document, 1)
    assert copy.revisions.count() == 1


def test_deleting_can_be_undone_on_the_next_page(client: Client, stack: Stack) -> None:
    page = client.post(f"/stacks/{stack.pk}/delete/", follow=True).content.decode()
    assert "Deleted “training”" in page
    undo = f"/stacks/{stack.pk}/undelete/"
    assert f'action="{undo}"' in page
    assert client.get(f"/stacks/{stack.pk}/text/").status_code == 404
    assert client.post(f"/stacks/{stack.pk}/save/", {"document": "x", "version": 1}).status_code == 404
    client.post(undo)
    assert client.get(f"/stacks/{stack.pk}/text/").status_code == 200


def test_deleted_stacks_are_listed_with_the_way_back(client: Client, stack: Stack) -> None:
    assert "Nothing is deleted" in client.get("/stacks/deleted/").content.decode()
    client.post(f"/stacks/{stack.pk}/delete/")
    page = client.get("/stacks/deleted/").content.decode()
    assert "training" in page and f"/stacks/{stack.pk}/undelete/" in page


def test_a_deleted_host_leaves_its_stacks_without_one(client: Client, stack: Stack, host: Host) -> None:
    client.post(f"/stacks/{stack.pk}/settings/", {"name": "x", "host": host.pk})
    client.post(f"/hosts/{host.pk}/delete/")
    stack.refresh_from_db()
    assert stack.host is None
