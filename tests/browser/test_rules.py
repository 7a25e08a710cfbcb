"""The rules' pages in a browser: searched as one types, copied from, read at every size and in both colours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import NARROW, WIDE, Watch
from tests.browser.test_editor_look import violations

PAGES = {
    "list": "/rules/",
    "none": "/rules/?q=zzz&family=MEM&layer=gpu",
    "rule": "/rules/DEV101/",
    "host": "/rules/GPU105/",
}


def test_the_list_is_searched_as_one_types(page: Page) -> None:
    page.goto("/rules/")
    everything = page.locator(".rule-table tbody tr").count()
    assert everything > 35
    page.get_by_role("searchbox").press_sequentially("device_ids count", delay=20)
    expect(page.locator(".rule-count")).to_contain_text(f"of {everything} rules")
    expect(page.get_by_text("DEV101", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=device_ids(\+|%20)count"))
    page.get_by_label("Family").select_option("MEM")
    expect(page.get_by_text("DEV101", exact=True)).to_have_count(0)
    assert page.get_by_role("searchbox").evaluate("box => box.value") == "device_ids count"


def test_without_script_the_list_is_searched_by_a_button(open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/rules/")
    page.get_by_role("searchbox").fill("dev101")
    page.get_by_label("Layer").select_option("compose")
    page.get_by_role("button", name="Search").click()
    assert page.locator(".rule-table tbody tr").count() == 1
    page.get_by_role("link", name="A device request sets both count and device_ids").click()
    assert page.get_by_role("button", name="Copy").count() == 0


def test_the_suppression_is_copied(open_context: Callable[..., BrowserContext], watch: Watch) -> None:
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    watch.watch(page)
    page.goto("/rules/dev101/")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "# gpu-compose: ignore[DEV101]"
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_where_the_browser_has_no_clipboard_object_the_text_is_copied_all_the_same(
    open_context: Callable[..., BrowserContext], watch: Watch
) -> None:
    """As over plain HTTP on a server's own name."""
    page = open_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    watch.watch(page)
    page.goto("/rules/DEV101/")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "# gpu-compose: ignore[DEV101]"


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_violation(
    open_context: Callable[..., BrowserContext],
    watch: Watch,
    take_picture: Callable[[Page, str], None],
    name: str,
    size: tuple[int, int],
    scheme: Any,
) -> None:
    page = open_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme).new_page()
    watch.watch(page)
    page.goto(PAGES[name])
    take_picture(page, f"rules-{name}-{size[0]}-{scheme}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
