"""The editor at every size and in both colours: no axe violation, nothing refused by the CSP, pictures to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page

from stacks.models import Host, Stack
from stacks.services.stack import stack_create
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, WIDE, Watch
from tests.browser.documents import DOCUMENTS

SIZES = {"wide": WIDE, "narrow": NARROW}


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-editor=ready]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_page_has_a_violation(
    open_context: Callable[..., BrowserContext],
    watch: Watch,
    ada: User,
    host: Host,
    take_picture: Callable[[Page, str], None],
    name: str,
    size: str,
    scheme: Any,
) -> None:
    stack = stack_create(user=ada, name=name.replace("-", " ").capitalize(), document=DOCUMENTS[name], host=host)
    width, height = SIZES[size]
    page = open_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    watch.watch(page)
    page.goto(f"/stacks/{stack.pk}/")
    ready(page)
    for tab in ["forms", "code", "live", "board"] if size == "narrow" else [""]:
        if tab:
            page.click(f"#tab-{tab}")
        page.wait_for_timeout(150)
        take_picture(page, "-".join(filter(None, ["editor", name, size, scheme, tab])))
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_stack_without_a_host(page: Page, ada: User, take_picture: Callable[[Page, str], None]) -> None:
    stack: Stack = stack_create(user=ada, name="Nowhere", document=DOCUMENTS["two-trainings"])
    page.goto(f"/stacks/{stack.pk}/")
    ready(page)
    take_picture(page, "editor-no-host")
    assert page.locator("#board").get_by_text("No host is chosen.").is_visible()
    assert violations(page) == []
