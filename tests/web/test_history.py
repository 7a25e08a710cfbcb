"""Versions: keeping, comparing, restoring, downloading."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.models import Stack
from stacks.services.revision import revision_create
from stacks.services.stack import stack_save_draft
from stacks.services.texts import file_stem


def change(stack: Stack, user: User, document: str) -> Stack:
    return stack_save_draft(stack=stack, document=document, environment="", expected_version=stack.version, user=user)


def test_keeping_a_version(client: Client, stack: Stack, ada: User) -> None:
    client.post(f"/stacks/{stack.pk}/history/keep/", {"message": "before <b>the</b> demo"})
    newest = stack.revisions.first()
    assert newest is not None
    assert (newest.number, newest.message, newest.author) == (2, "before <b>the</b> demo", ada)
    page = client.get(f"/stacks/{stack.pk}/history/").content.decode()
    assert "before &lt;b&gt;the&lt;/b&gt; demo" in page


def test_a_version_never_changes(stack: Stack) -> None:
    kept = stack.revisions.get()
    kept.document = "other"
    with pytest.raises(TypeError):
        kept.save()


def test_the_page_says_whether_the_draft_is_kept(client: Client, stack: Stack, ada: User) -> None:
    address = f"/stacks/{stack.pk}/history/"
    assert "The draft is the newest version" in client.get(address).content.decode()
    change(stack, ada, "services: {}\n")
    assert "no version holds yet" in client.get(address).content.decode()


def test_a_version_against_the_one_before_and_against_the_draft(client: Client, stack: Stack, ada: User) -> None:
    stack = change(stack, ada, stack.document + "# <i>second</i>\n")
    revision_create(stack=stack, user=ada)
    change(stack, ada, "third\n")
    before = client.get(f"/stacks/{stack.pk}/history/2/").content.decode()
    assert "1 line added, 0 removed" in before
    assert "# &lt;i&gt;second&lt;/i&gt;" in before
    draft = client.get(f"/stacks/{stack.pk}/history/2/?against=draft").content.decode()
    assert "third" in draft
    assert client.get(f"/stacks/{stack.pk}/history/9/").status_code == 404


def test_restoring_loses_nothing(client: Client, stack: Stack, ada: User) -> None:
    first = stack.document
    change(stack, ada, "draft of before\n")
    response = client.post(f"/stacks/{stack.pk}/history/1/restore/", follow=True)
    assert "Restored version 1" in response.content.decode()
    stack.refresh_from_db()
    assert (stack.document, stack.version) == (first, 3)
    assert [revision.document for revision in stack.revisions.all()] == [first, "draft of before\n", first]


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"; x="\r\nSet-Cookie: y', "übung", "...", "東京", "con"])
def test_the_download_has_a_harmless_name_and_the_very_text(client: Client, stack: Stack, name: str) -> None:
    Stack.objects.filter(pk=stack.pk).update(name=name)
    response = client.get(f"/stacks/{stack.pk}/history/1/file/")
    assert response.content.decode() == stack.document
    assert response["Content-Disposition"] == f'attachment; filename="{file_stem(name)}-version-1.yaml"'
    assert response["Content-Type"].startswith("text/plain")
    assert set(file_stem(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert file_stem(name)


def test_a_get_restores_nothing(client: Client, stack: Stack) -> None:
    assert client.get(f"/stacks/{stack.pk}/history/1/restore/").status_code == 405
