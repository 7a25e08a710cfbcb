"""The pages for what goes wrong."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.models import Stack


@pytest.fixture
def strict_client(ada: User) -> Client:
    """A browser whose lost CSRF tokens are noticed."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    return browser


def test_a_lost_csrf_token_loses_nothing_that_was_typed(strict_client: Client) -> None:
    typed = "services:\n  a: {image: <b>x</b>}\n"
    given = {"document": typed, "name": "</textarea><script>x</script>"}
    response = strict_client.post("/stacks/new/yaml/", given)
    page = response.content.decode()
    assert response.status_code == 403
    assert "services:\n  a: {image: &lt;b&gt;x&lt;/b&gt;}\n</textarea>" in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page and "<script>x" not in page
    assert not Stack.objects.exists()


@pytest.mark.parametrize(
    ("before", "link"),
    [
        ("http://testserver/stacks/new/?x=1&y=2", "/stacks/new/?x=1&amp;y=2"),
        ("http://evil.example/stacks/new/", None),
        ("http://testserver//evil.example/", None),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_a_lost_csrf_token_leads_back_to_the_form_on_this_site_alone(
    strict_client: Client, before: str | None, link: str | None
) -> None:
    headers = {"referer": before} if before else {}
    page = strict_client.post("/stacks/new/yaml/", {"document": "x"}, headers=headers).content.decode()
    assert ("Back to the form" in page) is (link is not None)
    assert link is None or f'href="{link}">Back to the form</a>' in page
    assert "evil" not in page and "javascript:" not in page


def test_a_lost_csrf_token_never_shows_a_password(db: None) -> None:
    given = {"username": "ada", "password": "s3cret", "csrfmiddlewaretoken": "t0ken"}
    page = Client(enforce_csrf_checks=True).post("/login/", given).content.decode()
    assert "s3cret" not in page and "t0ken" not in page
    assert "ada" in page


def test_a_page_that_is_not_there(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()
    assert "Sign out" in response.content.decode()


def test_strangers_get_the_404_page_without_a_menu(db: None) -> None:
    response = Client().get("/nowhere/")
    assert response.status_code == 404
    assert "Sign out" not in response.content.decode()


def test_a_failure_in_the_server_is_a_designed_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("stacks.views.host_pages.hosts_of", broken)
    client.raise_request_exception = False
    response = client.get("/hosts/")
    assert response.status_code == 500
    assert "Something broke on the server" in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_an_unknown_host_header_is_400(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "could not be read" in response.content.decode()


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 40])
def test_numbers_beyond_every_database_are_404_and_not_500(client: Client, stack: Stack, number: str) -> None:
    for address in (f"stacks/{number}/text/", f"stacks/{stack.pk}/history/{number}/", f"hosts/{number}/"):
        assert client.get(f"/{address}").status_code == 404, address
    given = {"document": "x", "version": number}
    assert client.post(f"/stacks/{stack.pk}/save/", given).status_code in (409, 422)
    assert client.post("/stacks/new/yaml/", {"document": "x", "host": number}).status_code == 422


def test_a_search_without_end_is_answered(client: Client, stack: Stack) -> None:
    for address in ("/", "/templates/"):
        assert client.get(address, {"q": "x" * 100_000}).status_code == 200
        assert client.get(address, {"q": "%_'\"\\ " * 50}).status_code == 200
