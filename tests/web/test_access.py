"""Nothing is readable without login, and another user's things do not exist."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from stacks.models import Host, Stack, Template, Visibility
from stacks.services.stack import stack_delete
from stacks.services.template import template_create_from_stack
from tests.web.pages import filled, url_names

WITHOUT_LOGIN = {"login", "health", "choose-theme", "logout", "favicon"}


def test_every_page_but_a_few_asks_for_login(stack: Stack) -> None:
    for name, route in url_names(""):
        if name in WITHOUT_LOGIN:
            continue
        values = dict.fromkeys(("pk", "number", "slug", "code", "kind", "dialect", "rule_id"), 1)
        for method in ("get", "post"):
            response = getattr(Client(), method)(filled(route, **values))
            assert response.status_code == 302, (name, method)
            assert response["Location"].startswith("/login/?next="), (name, method)


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_of_another_users_stack_is_404(bobs_client: Client, stack: Stack, method: str) -> None:
    routes = url_names("stacks/<int:pk>/")
    assert len(routes) >= 13
    for name, route in routes:
        if name == "stack-undelete" and method == "get":
            continue
        response = getattr(bobs_client, method)(filled(route, pk=stack.pk, number=1))
        # An address that takes no such method says so to everyone alike, before it looks anything up.
        assert response.status_code in (404, 405), (name, method)
        if response.status_code == 405:
            missing = getattr(bobs_client, method)(filled(route, pk=999_999, number=1))
            assert missing.status_code == 405, name
    assert Stack.objects.get(pk=stack.pk).deleted_at is None
    assert Stack.objects.count() == 1


def test_another_users_stack_is_in_no_list(bobs_client: Client, stack: Stack) -> None:
    for query in ("", "?q=training"):
        assert "training" not in bobs_client.get("/" + query).content.decode().replace("q=training", "").replace(
            'value="training"', ""
        ).replace('<span class="name">training</span>', "")


def test_only_the_owner_brings_a_deleted_stack_back(bobs_client: Client, client: Client, stack: Stack) -> None:
    stack_delete(stack=stack)
    address = reverse("stack-undelete", args=[stack.pk])
    assert bobs_client.post(address).status_code == 404
    assert client.post(address).status_code == 302
    assert Stack.objects.get(pk=stack.pk).deleted_at is None


def test_a_private_template_is_its_owners_and_a_shared_one_everyones(
    client: Client, bobs_client: Client, ada: User, stack: Stack
) -> None:
    def made(title: str, visibility: str) -> Template:
        return template_create_from_stack(stack=stack, user=ada, title=title, description="", visibility=visibility)

    private, shared = made("mine alone", Visibility.PRIVATE), made("for all", Visibility.SHARED)
    assert client.get(private.get_absolute_url()).status_code == 200
    assert bobs_client.get(private.get_absolute_url()).status_code == 404
    assert bobs_client.get(shared.get_absolute_url()).status_code == 200
    gallery = bobs_client.get("/templates/").content.decode()
    assert "for all" in gallery and "mine alone" not in gallery
    for address in ("template-edit", "template-delete"):
        assert bobs_client.post(reverse(address, args=[shared.slug])).status_code == 404
    assert Template.objects.filter(pk=shared.pk).exists()


def test_hosts_are_seen_by_everyone_and_changed_by_their_owner(bobs_client: Client, host: Host) -> None:
    assert bobs_client.get(host.get_absolute_url()).status_code == 200
    for address in ("host-update", "host-settings", "host-delete"):
        assert bobs_client.post(reverse(address, args=[host.pk])).status_code == 404, address
    assert Host.objects.filter(pk=host.pk).exists()


def test_a_host_that_the_user_cannot_see_cannot_be_chosen(bobs_client: Client, host: Host) -> None:
    host.visibility = Visibility.PRIVATE
    host.save()
    given = {"document": "services: {}", "host": host.pk}
    assert bobs_client.post("/stacks/new/yaml/", given).status_code == 422
    assert not Stack.objects.exists()


def test_health_answers_strangers(db: None) -> None:
    response = Client().get("/health/")
    assert (response.status_code, response.content) == (200, b"ok")


def test_signing_in_and_out(ada: User) -> None:
    browser = Client()
    assert browser.post("/login/", {"username": "ada", "password": "wrong"}).status_code == 200
    assert browser.get("/").status_code == 302
    response = browser.post("/login/?next=/hosts/", {"username": "ada", "password": "a long password"})
    assert response["Location"] == "/hosts/"
    assert browser.get("/").status_code == 200
    browser.post("/logout/")
    assert browser.get("/").status_code == 302


def test_a_background_request_without_session_is_401_and_not_the_login_page(stack: Stack) -> None:
    response = Client().post(f"/stacks/{stack.pk}/save/", {"document": "x"}, headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert b"<form" not in response.content
