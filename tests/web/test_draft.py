"""Saving a stack's texts, and two saves that meet."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from stacks.models import Stack
from stacks.services.stack import StackConflict, stack_resolve_with_mine, stack_save_draft

HTMX = {"HX-Request": "true"}


def save(client: Client, stack: Stack, document: str, version: int, **more: Any) -> HttpResponse:
    given = {"document": document, "environment": "", "version": version}
    return client.post(f"/stacks/{stack.pk}/save/", given, **more)


def test_saving_without_javascript(client: Client, stack: Stack) -> None:
    response = save(client, stack, "services: {a: {}}", 1, follow=True)
    stack.refresh_from_db()
    assert (stack.document, stack.version) == ("services: {a: {}}", 2)
    assert "Saved." in response.content.decode()


def test_saving_by_htmx_tells_the_new_version(client: Client, stack: Stack) -> None:
    response = save(client, stack, "services: {a: {}}", 1, headers=HTMX)
    page = response.content.decode()
    assert 'name="version" value="2"' in page
    assert "<html" not in page


def test_saving_the_same_text_makes_no_version(client: Client, stack: Stack) -> None:
    save(client, stack, stack.document, 1)
    stack.refresh_from_db()
    assert stack.version == 1


def test_line_ends_of_the_document_survive_a_form(client: Client, stack: Stack) -> None:
    Stack.objects.filter(pk=stack.pk).update(document="a: 1\r\nb: 2\r\n")
    save(client, stack, "a: 1\r\nb: 3\r\n", 1)
    stack.refresh_from_db()
    assert stack.document == "a: 1\r\nb: 3\r\n"
    Stack.objects.filter(pk=stack.pk).update(document="a: 1\nb: 2\n")
    save(client, stack, "a: 1\r\nb: 4\r\n", 2)
    stack.refresh_from_db()
    assert stack.document == "a: 1\nb: 4\n"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_second_save_from_an_old_version_overwrites_nothing(
    client: Client, stack: Stack, headers: dict[str, str]
) -> None:
    save(client, stack, "first: <b>\n", 1)
    response = save(client, stack, "second: <i>\n", 1, headers=headers)
    page = response.content.decode()
    assert response.status_code == 409
    assert "first: &lt;b&gt;" in page and "second: &lt;i&gt;" in page
    assert ("<html" in page) is not bool(headers)
    stack.refresh_from_db()
    assert (stack.document, stack.version) == ("first: <b>\n", 2)


def test_the_same_change_made_twice_is_no_conflict(client: Client, stack: Stack) -> None:
    save(client, stack, "same\n", 1)
    assert save(client, stack, "same\n", 1).status_code == 302


@pytest.mark.parametrize(
    ("choice", "draft", "other"), [("mine", "mine\n", "theirs\n"), ("theirs", "theirs\n", "mine\n")]
)
def test_settling_a_conflict_keeps_the_other_text_in_the_history(
    client: Client, stack: Stack, choice: str, draft: str, other: str
) -> None:
    save(client, stack, "theirs\n", 1)
    given = {"document": "mine\n", "environment": "", "version": 2, "choice": choice}
    response = client.post(f"/stacks/{stack.pk}/conflict/", given)
    assert response.status_code == 302
    stack.refresh_from_db()
    assert stack.document == draft
    assert stack.revisions.filter(document=other).exists()


def test_a_third_save_while_settling_is_a_conflict_again(client: Client, stack: Stack, ada: User) -> None:
    save(client, stack, "theirs\n", 1)
    save(client, stack, "newer\n", 2)
    given = {"document": "mine\n", "environment": "", "version": 2, "choice": "mine"}
    response = client.post(f"/stacks/{stack.pk}/conflict/", given)
    assert response.status_code == 409
    assert "newer" in response.content.decode()
    with pytest.raises(StackConflict):
        stack_resolve_with_mine(stack=stack, document="mine", environment="", expected_version=2, user=ada)
    stack.refresh_from_db()
    assert stack.document == "newer\n"


def test_a_stale_object_cannot_overwrite(stack: Stack, ada: User) -> None:
    twin = Stack.objects.get(pk=stack.pk)
    stack_save_draft(stack=stack, document="one", environment="", expected_version=1, user=ada)
    with pytest.raises(StackConflict) as raised:
        stack_save_draft(stack=twin, document="two", environment="", expected_version=1, user=ada)
    assert raised.value.current.document == "one"


@pytest.mark.parametrize(("text", "status"), [("a\x00b", 400), ("#" * (1024 * 1024 + 1), 413)])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_text_that_is_refused_changes_nothing(
    client: Client, stack: Stack, text: str, status: int, headers: dict[str, str]
) -> None:
    before = stack.document
    response = save(client, stack, text, 1, headers=headers)
    assert response.status_code == status
    if not headers:
        assert text in response.content.decode()
    stack.refresh_from_db()
    assert stack.document == before


def test_a_form_without_its_version_is_refused_with_the_text_kept(client: Client, stack: Stack) -> None:
    response = client.post(f"/stacks/{stack.pk}/save/", {"document": "typed"})
    assert response.status_code == 422
    assert ">\ntyped</textarea>" in response.content.decode()


def test_an_empty_document_may_be_saved(client: Client, stack: Stack) -> None:
    assert save(client, stack, "", 1).status_code == 302
    stack.refresh_from_db()
    assert stack.document == ""
