"""What holds for every page: headers, no inline code, own sources only, headings, and the list's search."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from stacks.models import GpuClaim, Host, ServiceIndex, Stack
from stacks.services.stack import stack_create
from stacks.services.template import template_create_from_stack
from tests.web.pages import filled, inline_code, scripts_loaded, url_names

MARK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def addresses(ada: User, stack: Stack, host: Host) -> list[str]:
    """Every address of a page that a GET shows, on things whose every text is an attack."""
    Stack.objects.filter(pk=stack.pk).update(
        name=MARK[:120], document=f"a: {MARK}\n", environment=f"A={MARK}\n", host=host
    )
    Host.objects.filter(pk=host.pk).update(name=MARK)
    service = ServiceIndex.objects.create(stack=stack, position=0, name=MARK, image=MARK)
    GpuClaim.objects.create(service=service, kind=GpuClaim.Kind.DEVICES, device_ids=[MARK])
    stack.refresh_from_db()
    template = template_create_from_stack(stack=stack, user=ada, title=MARK, description=MARK, visibility="shared")
    return [
        filled(route, pk=stack.pk if route.startswith("stacks") else host.pk, number=1, slug=template.slug)
        for _, route in url_names("")
        if "<" not in route or any(f"{kind}>" in route for kind in ("pk", "slug"))
    ]


def shown(client: Client, addresses: list[str]) -> list[tuple[str, object, str]]:
    found = []
    for address in addresses:
        response = client.get(address)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            found.append((address, response, response.content.decode()))
    return found


def test_no_page_has_inline_code_foreign_sources_or_unescaped_text(client: Client, addresses: list[str]) -> None:
    pages = shown(client, addresses)
    assert len(pages) >= 18
    for address, response, page in pages:
        assert inline_code(page) == [], address
        assert all(source.startswith("/static/") for source in scripts_loaded(page)), address
        assert "<script>alert" not in page and "<img src=x" not in page, address
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy, address
        assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy, address
        assert response["X-Frame-Options"] == "DENY", address
        assert "Cookie" in response["Vary"], address
        assert page.count("<h1") == 1, address
        assert "GPU Compose</title>" in page, address


def test_pages_that_htmx_may_ask_for_a_part_of_vary_by_it(client: Client, addresses: list[str]) -> None:
    for address, response, _ in shown(client, addresses):
        if address not in ("/password/",):
            assert "HX-Request" in response["Vary"], address


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_htmx_gets_the_list_alone_but_not_when_boosted_or_going_back(
    client: Client, stack: Stack, headers: dict[str, str], whole: bool
) -> None:
    page = client.get("/", headers=headers).content.decode()
    assert ("<html" in page) is whole
    assert "training" in page


def test_searching_names_services_images_and_hosts(client: Client, ada: User, stack: Stack, host: Host) -> None:
    other = stack_create(user=ada, name="other", document="", host=host)
    ServiceIndex.objects.create(stack=stack, position=0, name="jupyter", image="quay.io/jupyter/pytorch")

    def found(query: str) -> set[str]:
        page = client.get("/", {"q": query}, headers={"HX-Request": "true"}).content.decode()
        return {one.name for one in (stack, other) if f'href="/stacks/{one.pk}/"' in page}

    assert found("") == {"training", "other"}
    assert found("TRAIN") == {"training"}
    assert found("jupyter pytorch") == {"training"}
    assert found("lab-2") == {"other"}
    assert found("train lab-2") == set()
    assert found("\x00") == {"training", "other"}
    assert found("%") == set()


def test_a_search_that_finds_nothing_says_so_escaped(client: Client, stack: Stack) -> None:
    page = client.get("/", {"q": "<b>zzz"}).content.decode()
    assert "No stack has" in page and "&lt;b&gt;zzz" in page and "<b>zzz" not in page


def test_the_empty_home_holds_the_three_doors(client: Client) -> None:
    page = client.get("/").content.decode()
    for door in ("From a template", "From YAML", "From nothing"):
        assert door in page


def test_the_list_takes_the_same_few_queries_for_many_stacks(
    client: Client, ada: User, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        stack_create(user=ada, name=f"stack {number}", document="")
    with django_assert_max_num_queries(8):
        client.get("/")


@pytest.mark.parametrize(("choice", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')])
def test_the_colours_are_remembered(client: Client, choice: str, attribute: str) -> None:
    assert client.post("/theme/", {"theme": choice, "next": "/hosts/"})["Location"] == "/hosts/"
    assert attribute in client.get("/").content.decode()
    client.post("/theme/", {"theme": ""})
    assert "data-theme" not in client.get("/").content.decode()


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_choosing_colours_leads_nowhere_else(client: Client, back: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": back})["Location"] == "/"


def test_the_password_can_be_changed(client: Client, ada: User) -> None:
    given = {"old_password": "a long password", "new_password1": "v3ry new 1", "new_password2": "v3ry new 1"}
    assert client.post("/password/", given)["Location"] == "/"
    ada.refresh_from_db()
    assert ada.check_password("v3ry new 1")
