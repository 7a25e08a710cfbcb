"""The export page in a browser: choices switched, the file copied and downloaded, read at every size and colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from stacks.models import Host, Stack
from stacks.services.stack import stack_create
from tests.browser.conftest import NARROW, WIDE, Watch
from tests.browser.documents import DOCUMENTS
from tests.browser.test_editor_look import violations

# Two of a kind; with a line that only scrolling shows.
DOCUMENT = """\
services:
  serve:
    image: vllm/vllm-openai:v0.11.0
    ipc: host
    command: --model ${MODEL:-Qwen/Qwen3-8B} --served-model-name a-name-that-is-longer-than-any-window-is-wide-at-first
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["0"]
              capabilities: [gpu]
  train:
    image: pytorch/pytorch:2.8.0-cuda12.8-cudnn9-runtime
    shm_size: 8g
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              device_ids: ["1"]
              capabilities: [gpu]
"""


@pytest.fixture
def stack(ada: User, host: Host) -> Stack:
    return stack_create(user=ada, name="Serve and train", document=DOCUMENT, environment="MODEL=x/y\n", host=host)


def test_switching_the_choices_changes_the_file_in_place(page: Page, stack: Stack) -> None:
    page.goto(f"/stacks/{stack.pk}/export/")
    expect(page.get_by_role("button", name="Show this file")).to_be_hidden()
    text = page.locator("#file-text")
    assert text.input_value() == DOCUMENT
    page.get_by_label("Docker Compose 1.28 or newer").check()
    page.get_by_label("By UUID").check()
    expect(text).to_have_value(re.compile("GPU-11111111-"))
    expect(page).to_have_url(re.compile("to=deploy&pin=uuid"))
    expect(page.get_by_text("lines added, ").first).to_be_visible()
    # Whoever goes through the choices by the keyboard stays where they are.
    assert page.evaluate("document.activeElement.id") == "pin-uuid"
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("to=deploy&pin=index"))
    assert page.evaluate("document.activeElement.id") == "pin-index"
    page.reload()
    expect(page.get_by_label("By index")).to_be_checked()
    assert "GPU-11111111-" not in text.input_value()


def test_a_choice_that_gives_no_file_says_why_and_stays_chosen(page: Page, ada: User, watch: Watch) -> None:
    watch.expect("422")
    stack = stack_create(user=ada, name="no host", document=DOCUMENT)
    page.goto(f"/stacks/{stack.pk}/export/?to=gpus&pin=uuid")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("By UUID")).to_be_checked()
    page.locator("#pin-keep").check()
    expect(page.locator("#file-text")).to_have_value(re.compile("gpus:"))
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_file_is_copied_and_so_are_the_lines_to_run_it(
    open_context: Callable[..., BrowserContext], watch: Watch, stack: Stack
) -> None:
    page = open_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    watch.watch(page)
    page.goto(f"/stacks/{stack.pk}/export/")
    page.get_by_label("Docker Compose 2.30 or newer").check()
    expect(page.locator("#file-text")).to_have_value(re.compile("gpus:"))
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#file-text").input_value()
    page.locator("section[aria-labelledby=run] button").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == "docker compose up -d"


def test_the_files_are_downloaded_under_their_names(page: Page, stack: Stack, tmp_path: Path) -> None:
    page.goto(f"/stacks/{stack.pk}/export/?to=gpus")
    text = page.locator("#file-text").input_value()
    with page.expect_download() as started:
        page.get_by_role("link", name="compose.yaml").click()
    assert started.value.suggested_filename == "compose.yaml"
    started.value.save_as(tmp_path / "compose.yaml")
    assert (tmp_path / "compose.yaml").read_text() == text
    with page.expect_download() as started:
        page.get_by_role("link", name=".env").click()
    started.value.save_as(tmp_path / "env")
    assert (tmp_path / "env").read_text() == "MODEL=x/y\n"


def test_without_script_the_form_has_a_button_and_the_text_can_be_selected(
    open_context: Callable[..., BrowserContext], stack: Stack
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"/stacks/{stack.pk}/export/")
    page.get_by_label("Docker Compose 2.30 or newer").check()
    page.get_by_role("button", name="Show this file").click()
    assert "to=gpus&pin=keep" in page.url
    page.get_by_text("As plain text, to select by hand").click()
    assert "gpus:" in page.get_by_label("compose.yaml as plain text").input_value()
    assert page.get_by_role("button", name="Copy").count() == 0


def test_a_finding_leads_to_its_line(page: Page, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="x", document=DOCUMENTS["two-trainings"], host=host)
    page.goto(f"/stacks/{stack.pk}/export/")
    link = page.locator(".verdict-findings a", has_text="line ").first
    number = link.inner_text().removeprefix("line ")
    link.click()
    expect(page.locator(f"#L{number}")).to_be_in_viewport()
    assert page.locator(f"#L{number}").evaluate("line => line.matches(':target')")


CASES = {
    "as-it-is": (DOCUMENT, ""),
    "uuid": (DOCUMENT, "?to=gpus&pin=uuid"),
    "errors": (DOCUMENTS["two-trainings"], "?to=deploy"),
    "seed": (DOCUMENTS["seed-one"], ""),
    "broken": (DOCUMENTS["broken"], ""),
    "empty": ("", ""),
    "refused": (DOCUMENT, "?to=nonsense"),
}


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", CASES)
def test_no_page_has_a_violation(
    open_context: Callable[..., BrowserContext],
    watch: Watch,
    ada: User,
    host: Host,
    take_picture: Callable[[Page, str], None],
    name: str,
    size: tuple[int, int],
    scheme: Any,
) -> None:
    document, query = CASES[name]
    stack = stack_create(user=ada, name=name, document=document, host=host)
    page = open_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme).new_page()
    watch.expect("422")
    watch.watch(page)
    page.goto(f"/stacks/{stack.pk}/export/{query}")
    take_picture(page, f"export-{name}-{size[0]}-{scheme}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
