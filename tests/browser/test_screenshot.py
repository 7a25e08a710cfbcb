"""The picture in the README: the editor with a mistake about to be repaired, and one that only the host can tell."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from stacks.models import Host
from stacks.services.stack import stack_create
from tests.browser.documents import TWO_TRAININGS

MISTAKE = "      CUDA_VISIBLE_DEVICES: all\n"
DOCUMENT = TWO_TRAININGS.replace("${HF_TOKEN}\n", "${HF_TOKEN:-}\n" + MISTAKE)


def test_screenshot_of_the_editor_for_the_readme(
    page: Page, ada: User, host: Host, take_picture: Callable[[Page, str], None]
) -> None:
    """`make screenshots` keeps it as docs/screenshot.png."""
    stack = stack_create(user=ada, name="Two trainings", document=DOCUMENT, host=host)
    page.goto(f"/stacks/{stack.pk}/")
    page.wait_for_selector("html[data-editor=ready]")
    expect(page.locator(".diagnostic.is-active")).to_contain_text("ENV101")
    expect(page.locator(".diagnostic.is-active .change-removed")).to_contain_text("CUDA_VISIBLE_DEVICES: all")
    expect(page.locator(".diagnostic", has_text="GPU102")).to_be_visible()
    expect(page.locator('button.cell[value="cell 1 train"]')).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(300)  # the code editor draws its gutter a moment later
    take_picture(page, "screenshot")
