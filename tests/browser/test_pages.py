"""Every page at every size and in both colours: no axe violation, nothing beside the window, pictures to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlparse

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import resolve
from playwright.sync_api import BrowserContext, Page

from stacks.models import Host
from stacks.services.stack import stack_save_draft
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, WIDE, Watch
from tests.browser.world import World, make_world
from tests.web.pages import url_names

LOOKS = {
    f"{size}-{scheme}": (window, scheme)
    for size, window in {"wide": WIDE, "narrow": NARROW}.items()
    for scheme in ("light", "dark")
}
# Addresses that answer with a file, a redirect or a fragment: there is no page to look at.
NO_PAGES = {
    "stack-new-text", "stack-new-blank", "stack-live", "stack-edit", "stack-conflict", "stack-export-file",
    "stack-export-environment", "stack-keep-version", "stack-restore", "stack-revision-file", "stack-duplicate",
    "stack-delete", "stack-undelete", "template-delete", "host-new-detect", "host-new-describe",
    "host-delete", "host-undelete", "template-undelete", "choose-theme", "favicon", "health", "logout",
}  # fmt: skip
EMPTY = {
    "stacks": "/",
    "deleted": "/stacks/deleted/",
    "templates": "/templates/",
    "hosts": "/hosts/",
    "new": "/stacks/new/",
}


def addresses(world: World) -> dict[str, str]:
    """A name for the picture, and the address."""
    stack = f"/stacks/{world.stack.pk}"
    return {
        "stacks": "/",
        "stacks-none-found": "/?q=nothing+has+this",
        "deleted": "/stacks/deleted/",
        "new": "/stacks/new/",
        "editor": f"{stack}/",
        "editor-clean": f"/stacks/{world.clean.pk}/",
        "editor-blank": f"/stacks/{world.blank.pk}/",
        "text": f"{stack}/text/",
        "export": f"{stack}/export/",
        "export-gpus-uuid": f"{stack}/export/?to=gpus&pin=uuid",
        "export-clean-cdi": f"/stacks/{world.clean.pk}/export/?to=cdi",
        "export-blank": f"/stacks/{world.blank.pk}/export/",
        "history": f"{stack}/history/",
        "history-blank": f"/stacks/{world.blank.pk}/history/",
        "revision": f"{stack}/history/1/",
        "settings": f"{stack}/settings/",
        "save-as-template": f"{stack}/template/",
        "templates": "/templates/",
        "templates-fit": f"/templates/?host={world.lab.pk}",
        "templates-none-found": "/templates/?q=nothing+has+this",
        "template": world.template.get_absolute_url(),
        "template-edit": f"{world.template.get_absolute_url()}edit/",
        "hosts": "/hosts/",
        "host": world.host.get_absolute_url(),
        "host-whole": world.lab.get_absolute_url(),
        "host-update": f"{world.host.get_absolute_url()}update/",
        "host-settings": f"{world.host.get_absolute_url()}settings/",
        "host-new": "/hosts/new/",
        "rules": "/rules/",
        "rule": "/rules/GPU102/",
        "rule-unknown": "/rules/XYZ999/",
        "password": "/password/",
        "not-found": "/stacks/999999/",
    }


def send_nothing(page: Page) -> None:
    page.goto("/stacks/new/")
    page.get_by_label("Image").fill("no image!")
    page.get_by_role("button", name="Check this file").click()


def send_no_image(page: Page) -> None:
    page.goto("/stacks/new/")
    page.get_by_label("Image").fill("no image!")
    page.get_by_role("button", name="Write the file").click()


def send_no_host(page: Page) -> None:
    page.goto("/hosts/new/")
    page.get_by_label("Output of nvidia-smi").fill("bash: nvidia-smi: command not found")
    page.get_by_role("button", name="Read it").click()


def lose_the_token(page: Page) -> None:
    page.goto("/stacks/new/")
    page.get_by_label("Compose file", exact=True).fill("services: {}\n")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Check this file").click()


def save_too_late(page: Page, world: World, ada: User) -> None:
    page.goto(f"/stacks/{world.clean.pk}/text/")
    page.locator("#id_document").fill(world.clean.document.replace("12.9.1", "12.8.1"))
    theirs = world.clean.document.replace('"1"', '"0"')
    stack_save_draft(stack=world.clean, document=theirs, environment="", expected_version=world.clean.version, user=ada)
    page.get_by_role("button", name="Save").click()


def sign_in_wrongly(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("not this")
    page.get_by_role("button", name="Sign in").click()


def shown_pages(page: Page, stranger: Page, ada: User, host: Host) -> Iterator[tuple[str, Page]]:
    """Each page in turn, open: before there is anything, in use, refused, and without a login."""
    host_of_nobody = host.pk
    Host.objects.filter(pk=host_of_nobody).update(visibility="private", owner=None)
    for name, address in EMPTY.items():
        page.goto(address)
        yield f"empty-{name}", page
    Host.objects.filter(pk=host_of_nobody).update(visibility="shared", owner=ada)
    host.refresh_from_db()
    world = make_world(ada, host)
    for name, address in addresses(world).items():
        page.goto(address)
        if name.startswith("editor"):
            page.wait_for_selector("html[data-editor=ready]")
            assert page.evaluate("document.documentElement.scrollHeight") <= page.viewport_size["height"]
        yield name, page
    for name, refuse in {
        "new-nothing": send_nothing,
        "new-no-image": send_no_image,
        "host-new-refused": send_no_host,
        "csrf": lose_the_token,
    }.items():
        refuse(page)
        yield name, page
    save_too_late(page, world, ada)
    yield "conflict", page
    for status in ("400", "403", "413", "500"):  # the server shows them when it is in no state to be asked for them
        page.goto("/")
        page.set_content(render_to_string(f"failures/{status}.html"))
        yield f"failure-{status}", page
    stranger.goto("/")
    yield "login", stranger
    sign_in_wrongly(stranger)
    yield "login-refused", stranger


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_can_be_read_by_everyone(
    open_context: Callable[..., BrowserContext],
    watch: Watch,
    ada: User,
    host: Host,
    take_picture: Callable[[Page, str], None],
    look: str,
) -> None:
    (width, height), scheme = LOOKS[look]
    for status in ("403", "404", "409", "422"):
        watch.expect(f"status of {status}")
    options: dict[str, Any] = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    page, stranger = open_context(**options).new_page(), open_context(signed_in=False, **options).new_page()
    watch.watch(page)
    watch.watch(stranger)
    found: dict[str, list[str]] = {}
    seen: set[str | None] = set()
    for name, opened in shown_pages(page, stranger, ada, host):
        seen.add(resolve(urlparse(opened.url).path).url_name)
        take_picture(opened, f"{name}-{look}", full_page=True)
        found[name] = violations(opened)
        if not opened.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found[name].append("wider than the window")
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert {name for name, _ in url_names("")} - NO_PAGES - seen == set()


def test_a_long_host_name_makes_no_page_wider_than_a_telephone(
    open_context: Callable[..., BrowserContext], ada: User, host: Host
) -> None:
    Host.objects.filter(pk=host.pk).update(name="gpu-node-of-the-department-with-a-very-long-name-" * 2)
    page = open_context(viewport={"width": 380, "height": 800}).new_page()
    page.goto("/templates/")
    assert page.get_by_label("Host to compare with").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
