"""The editor page as tests handle it."""

from __future__ import annotations

from playwright.sync_api import Page

from stacks.models import Stack


def opened(page: Page, stack: Stack) -> Page:
    page.goto(f"/stacks/{stack.pk}/")
    page.wait_for_selector("html[data-editor=ready]")
    return page


def text_of(page: Page) -> str:
    return page.evaluate("document.getElementById('document').value")


def click_line(page: Page, number: int) -> None:
    page.evaluate(
        "number => { const e = ace.edit('code-editor'); e.gotoLine(number, 1000, false); e.focus(); }", number
    )
