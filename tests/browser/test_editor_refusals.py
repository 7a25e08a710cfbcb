"""Values that the server refuses stay where they were typed, with the reason, until they are changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Watch
from tests.browser.documents import TWO_TRAININGS
from tests.browser.editing import click_line


def test_a_refused_value_stays_with_its_reason_until_it_is_changed(editor: Page, watch: Watch) -> None:
    watch.expect("422")
    refused = editor.locator('[name="ports.new@vllm"]')
    reason = editor.locator('[data-key="ports.new@vllm"] .field-error')
    refused.fill("abc")
    editor.keyboard.press("Tab")
    expect(reason).to_contain_text("abc")
    editor.fill('[name="shm_size@vllm"]', "9g")
    expect(editor.locator("#document")).to_have_js_property(
        "value", TWO_TRAININGS.replace("shm_size: 8g", "shm_size: 9g")
    )
    editor.click('button.cell[value="cell 1 vllm"]')
    expect(editor.locator('button.cell[value="cell 1 vllm"]')).to_have_attribute("aria-pressed", "true")
    click_line(editor, 31)  # another service is selected: the card stays open
    expect(editor.locator('[data-service="train"] .service-body')).to_be_visible()
    expect(refused).to_have_value("abc")
    expect(refused).to_have_attribute("aria-invalid", "true")
    expect(reason).to_be_visible()
    refused.fill("abcd")
    refused.fill("abc")
    editor.keyboard.press("Enter")
    expect(reason).to_be_visible()
    refused.fill("9000:9000")
    editor.keyboard.press("Enter")
    expect(editor.locator('[name="ports.1@vllm"]')).to_have_value("9000:9000")
    expect(reason).to_have_count(0)
    expect(refused).to_have_value("")


@pytest.mark.parametrize(("first", "kept"), [("abc", ["9001:9001"]), ("9000:9000", ["9000:9000", "9001:9001"])])
def test_a_new_row_sent_again_before_the_answer_is_there(
    editor: Page, watch: Watch, first: str, kept: list[str]
) -> None:
    if first == "abc":
        watch.expect("422")
    held: list[Route] = []
    editor.route("**/edit/", lambda route: route.continue_() if held else held.append(route))
    row = editor.locator('[name="ports.new@vllm"]')
    row.fill(first)
    with editor.expect_request("**/edit/"):
        editor.keyboard.press("Enter")
    row.fill("9001:9001")
    editor.keyboard.press("Enter")
    held[0].continue_()
    for number, value in enumerate(kept, start=1):
        expect(editor.locator(f'[name="ports.{number}@vllm"]')).to_have_value(value)
    expect(row).to_have_value("")
    expect(editor.locator('[data-key="ports.new@vllm"] .field-error')).to_have_count(0)


def test_other_refused_fields_stay_as_well(editor: Page, watch: Watch) -> None:
    watch.expect("422")
    editor.keyboard.press("Alt+n")
    editor.fill("#new-name", "vllm")
    editor.fill("#new-image", "x:1")
    editor.keyboard.press("Enter")
    expect(editor.locator("#new-name-error")).to_be_visible()
    editor.fill('[name="gpu-count@vllm"]', "0")
    editor.keyboard.press("Tab")
    expect(editor.locator(".gpus .field-error")).to_be_visible()
    editor.fill('[name="shm_size@vllm"]', "9g")
    expect(editor.locator("#document")).to_have_js_property(
        "value", TWO_TRAININGS.replace("shm_size: 8g", "shm_size: 9g")
    )
    editor.wait_for_timeout(400)
    expect(editor.locator("#new-name-error")).to_be_visible()
    expect(editor.locator("#new-name")).to_have_value("vllm")
    expect(editor.locator(".gpus .field-error")).to_be_visible()
    expect(editor.locator('[name="gpu-count@vllm"]')).to_have_value("0")
    editor.click('button[value="gpus all vllm"]')
    expect(editor.locator(".gpus .field-error")).to_have_count(0)
