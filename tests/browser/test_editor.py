"""The editor as people use it: by typing, by form, by clicking GPUs, by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from stacks.models import Host, Stack
from stacks.services.stack import stack_create, stack_save_draft
from tests.browser.axe import violations
from tests.browser.conftest import Watch
from tests.browser.documents import BROKEN, SEED_THREE, TWO_TRAININGS, many_services
from tests.browser.editing import click_line, opened, text_of

QUARTER = 250


def test_typing_updates_panel_forms_and_board(editor: Page) -> None:
    click_line(editor, 4)  # the image of vllm
    editor.keyboard.type("-arm64")
    expect(editor.locator('[name="image@vllm"]')).to_have_value("vllm/vllm-openai:v0.11.0-arm64")
    click_line(editor, 18)
    editor.keyboard.press("Backspace")
    editor.keyboard.type(', "1"]')
    expect(editor.locator('button.cell[value="cell 1 vllm"]')).to_have_attribute("aria-pressed", "true")
    assert editor.evaluate("ace.edit('code-editor').isFocused()")


def test_the_other_side_follows_within_a_quarter_of_a_second(page: Page, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="Twenty", document=many_services(20), host=host)
    opened(page, stack)
    page.evaluate(
        """() => {
          const since = {};
          window.took = [];
          ace.edit('code-editor').session.on('change', () => { since.start = performance.now(); });
          new MutationObserver(() => {
              if (since.start) { window.took.push(performance.now() - since.start); since.start = 0; }
            })
            .observe(document.getElementById('services'),
              { subtree: true, childList: true, attributes: true, characterData: true });
        }"""
    )
    for number in range(20):
        click_line(page, 3)
        page.keyboard.type(str(number % 10))
        page.wait_for_function("count => window.took.length > count", arg=number)
        took = sorted(page.evaluate("window.took"))
        if number >= 4 and took[0] <= QUARTER:  # the best of some: others may share this machine
            return
    pytest.fail(f"{took} ms")


def test_a_field_changes_the_text_and_undo_takes_it_back(editor: Page) -> None:
    editor.fill('[name="memory@vllm"]', "32g")
    editor.locator('[name="memory@vllm"]').blur()
    expect(editor.locator("#document")).to_have_js_property(
        "value",
        TWO_TRAININGS.replace(
            "              capabilities: [gpu]\n  train:",
            "              capabilities: [gpu]\n    mem_limit: 32g\n  train:",
        ),
    )
    editor.keyboard.press("Control+z")
    expect(editor.locator("#document")).to_have_js_property("value", TWO_TRAININGS)
    expect(editor.locator('[name="memory@vllm"]')).to_have_value("")
    editor.keyboard.press("Control+Shift+z")
    assert "mem_limit: 32g" in text_of(editor)


def test_a_field_keeps_focus_caret_and_text_while_answers_come(editor: Page) -> None:
    field = editor.locator('[name="shm_size@vllm"]')
    field.click()
    field.press("Home")
    field.press_sequentially("1", delay=30)
    expect(editor.locator("#document")).to_have_js_property(
        "value", TWO_TRAININGS.replace("shm_size: 8g", "shm_size: 18g")
    )
    editor.wait_for_timeout(300)
    assert editor.evaluate("document.activeElement.name") == "shm_size@vllm"
    assert editor.evaluate("document.activeElement.selectionStart") == 1
    field.press_sequentially("2", delay=30)
    expect(editor.locator("#document")).to_have_js_property(
        "value", TWO_TRAININGS.replace("shm_size: 8g", "shm_size: 128g")
    )


def test_a_bad_value_is_told_under_its_field_and_the_text_stays(editor: Page, watch: Watch) -> None:
    watch.expect("422")
    editor.fill('[name="memory@vllm"]', "lots")
    editor.keyboard.press("Enter")
    expect(editor.locator('[data-key="memory@vllm"] .field-error')).to_contain_text("not a size")
    expect(editor.locator('[name="memory@vllm"]')).to_have_value("lots")
    assert text_of(editor) == TWO_TRAININGS


def test_rows_are_added_and_removed(editor: Page) -> None:
    editor.fill('[name="ports.new@vllm"]', "9000:9000")
    editor.keyboard.press("Enter")
    expect(editor.locator('[name="ports.1@vllm"]')).to_have_value("9000:9000")
    expect(editor.locator('[name="ports.new@vllm"]')).to_have_value("")
    editor.fill('[name="environment.new.name@vllm"]', "MODE")
    editor.keyboard.press("Tab")
    editor.keyboard.type("fast")
    editor.keyboard.press("Enter")
    expect(editor.locator('[name="environment.1.value@vllm"]')).to_have_value("fast")
    editor.click('button[value="remove-row ports 0 vllm"]')
    expect(editor.locator('[name="ports.0@vllm"]')).to_have_value("9000:9000")
    assert "MODE: fast" in text_of(editor) and "${PORT:-8000}:8000" not in text_of(editor)


def test_a_click_on_the_board_gives_and_takes_a_gpu(editor: Page) -> None:
    cell = editor.locator('button.cell[value="cell 1 vllm"]')
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(cell).to_contain_text("shared")
    assert 'device_ids: ["0", "1"]' in text_of(editor)
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "false")
    assert text_of(editor) == TWO_TRAININGS
    editor.click("button.cell-stranger")
    expect(editor.locator("button.cell-stranger")).to_have_count(0)
    assert 'device_ids: ["1"]' in text_of(editor)
    editor.select_option("#pin", "uuid")
    editor.click('button.cell[value="cell 0 train"]')
    expect(editor.locator('button.cell[value="cell 0 train"]')).to_have_attribute("aria-pressed", "true")
    assert "GPU-" in text_of(editor)


def test_selecting_in_one_part_selects_in_the_others(editor: Page) -> None:
    click_line(editor, 31)  # a GPU of train that the host lacks
    expect(editor.locator('[data-service="train"]')).to_have_class("service is-selected")
    expect(editor.locator('tr[data-of="train"]')).to_have_class("is-selected")
    expect(editor.locator(".diagnostic.is-active")).to_contain_text("line 31")
    editor.click('button.row-name[data-select="db"]')
    expect(editor.locator('[data-service="db"] .service-body')).to_be_visible()
    assert editor.evaluate("ace.edit('code-editor').getCursorPosition().row") == 32
    editor.click(".diagnostic-warning >> nth=0")
    expect(editor.locator('[data-service="vllm"]')).to_have_class("service is-selected")
    assert editor.evaluate("ace.edit('code-editor').getCursorPosition().row") == 10


def test_a_repair_shows_its_change_before_it_is_made(
    page: Page, ada: User, host: Host, take_picture: Callable[[Page, str], None]
) -> None:
    stack = stack_create(user=ada, name="Seed", document=SEED_THREE, host=host)
    opened(page, stack)
    page.click('.diagnostic:has-text("COM080") .fix-button')
    expect(page.locator(".diagnostic.is-active .change-removed")).to_contain_text('version: "3.7"')
    assert "version" in text_of(page)
    page.keyboard.press("Enter")  # the focus is on the repair
    expect(page.locator('.diagnostic:has-text("COM080")')).to_have_count(0)
    assert text_of(page).startswith("services:")
    page.click('button[data-view="all"]')
    expect(page.locator(".fix-all .change-added").first).to_be_visible()
    take_picture(page, "editor-fix-all")
    page.keyboard.press("Enter")
    expect(page.locator(".fix-all")).to_have_count(0)
    expect(page.locator("#told")).to_contain_text("repair")
    page.keyboard.press("Control+z")
    expect(page.locator("#document")).to_have_js_property("value", SEED_THREE.replace('version: "3.7"\n', ""))


def test_broken_text_dims_the_forms_and_keeps_the_last_board(
    editor: Page, take_picture: Callable[[Page, str], None]
) -> None:
    click_line(editor, 18)
    editor.keyboard.press("Backspace")
    expect(editor.locator("#services .stale-note")).to_contain_text("Mend line 19 first")
    expect(editor.locator(".services-set")).to_have_attribute("disabled", "")
    expect(editor.locator("[data-board-stale]")).to_be_visible()
    take_picture(editor, "editor-broken-while-typing")
    assert violations(editor) == []
    expect(editor.locator('button.cell[value="cell 0 vllm"]')).to_have_attribute("aria-pressed", "true")
    assert text_of(editor) == BROKEN
    editor.keyboard.type("]")
    expect(editor.locator("#services .stale-note")).to_be_hidden()
    expect(editor.locator(".services-set[disabled]")).to_have_count(0)
    expect(editor.locator("[data-board-stale]")).to_be_hidden()


def test_services_by_form(editor: Page) -> None:
    editor.keyboard.press("Alt+n")
    editor.keyboard.type("job")
    editor.keyboard.press("Tab")
    editor.keyboard.type("python:3.12-slim")
    editor.keyboard.press("Enter")
    expect(editor.locator('[data-service="job"] .service-body')).to_be_visible()
    editor.click('button[value="duplicate job"]')
    expect(editor.locator('[data-service="job-2"] .service-body')).to_be_visible()
    editor.click('[data-service="job-2"] .rename summary')
    editor.fill('[name="rename@job-2"]', "cleaner")
    editor.keyboard.press("Enter")
    expect(editor.locator('[data-service="cleaner"]')).to_be_visible()
    editor.click('button.service-button[value="select db"]')
    editor.click('button[value="remove db"]')
    expect(editor.locator('[data-service="db"]')).to_have_count(0)
    expect(editor.locator("#told")).to_contain_text("depends_on of train")
    assert "depends_on" not in text_of(editor)
    assert text_of(editor).endswith("  cleaner:\n    image: python:3.12-slim\nvolumes:\n  models:\n  data:\n")


def test_the_draft_is_saved_while_typing(editor: Page, stack: Stack) -> None:
    click_line(editor, 1)
    editor.keyboard.type(" More.")
    expect(editor.locator("#saved")).to_have_text("saving…")
    expect(editor.locator("#saved")).to_contain_text("saved ")
    stack.refresh_from_db()
    assert stack.document.startswith("# Two trainings and what they need. More.\n")
    assert editor.input_value("#id_version") == str(stack.version) == "2"
    assert editor.evaluate("localStorage.length") == 0


def test_two_saves_that_meet_lose_nothing(
    editor: Page, stack: Stack, ada: User, watch: Watch, take_picture: Callable[[Page, str], None]
) -> None:
    watch.expect("409")
    stack_save_draft(stack=stack, document="# theirs\n", environment="", expected_version=1, user=ada)
    click_line(editor, 1)
    editor.keyboard.type(" Mine.")
    expect(editor.locator("#conflict")).to_contain_text("saved elsewhere")
    take_picture(editor, "editor-conflict")
    assert violations(editor) == []
    assert "Mine." in text_of(editor)
    stack.refresh_from_db()
    assert stack.document == "# theirs\n"
    editor.click('#conflict button[value="mine"]')
    editor.wait_for_selector("html[data-editor=ready]")
    stack.refresh_from_db()
    assert "Mine." in stack.document
    assert stack.revisions.first().document == "# theirs\n"


def test_offline_the_text_stays_in_the_browser(
    open_context: Callable[..., BrowserContext], stack: Stack, watch: Watch
) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    watch.expect("ERR_FAILED")
    watch.expect("htmx:sendError")
    watch.expect("htmx:afterRequest")
    context = open_context()
    page = context.new_page()
    watch.watch(page)
    opened(page, stack)
    context.set_offline(True)
    click_line(page, 1)
    page.keyboard.type(" Offline.")
    expect(page.locator("#saved")).to_contain_text("not saved: offline, kept in this browser")
    expect(page.locator("[data-check-trouble]")).to_contain_text("The last good result is shown")
    page.on("dialog", lambda dialog: dialog.accept())  # the guard against leaving
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    watch.watch(again)
    opened(again, stack)
    expect(again.locator("#local-draft")).to_be_visible()
    assert text_of(again) == TWO_TRAININGS
    again.click('[data-local="restore"]')
    expect(again.locator("#saved")).to_contain_text("saved ")
    expect(again.locator("#local-draft")).to_be_hidden()
    assert "Offline." in text_of(again)


def test_a_version_is_kept_by_key(editor: Page, stack: Stack) -> None:
    click_line(editor, 1)
    editor.keyboard.type(" V.")
    editor.keyboard.press("Control+s")
    editor.keyboard.type("before the night run")
    editor.keyboard.press("Enter")
    editor.wait_for_selector(".message-success")
    newest = stack.revisions.first()
    assert (newest.message, newest.document[:42]) == (
        "before the night run",
        "# Two trainings and what they need. V.\nser",
    )


def test_the_host_is_changed_and_checked_at_once(editor: Page, stack: Stack) -> None:
    expect(editor.locator(".layers")).to_contain_text("host(lab-2)")
    editor.select_option("#host-choice", "")
    expect(editor.locator("#board")).to_contain_text("No host is chosen.")
    expect(editor.locator(".diagnostic-error")).to_have_count(0)
    editor.select_option("#host-choice", label="lab-2 · 2 × NVIDIA H200 · driver 580.159.04")
    expect(editor.locator(".diagnostic-error")).to_have_count(1)
    stack.refresh_from_db()
    assert stack.host is not None


def test_values_of_env_change_what_the_form_shows(editor: Page) -> None:
    editor.click(".env summary")
    editor.fill("#environment", "PORT=9999\nHF_TOKEN=x\n")
    expect(editor.locator('[data-key="ports.0@vllm"] .becomes')).to_contain_text("9999:8000")
    expect(editor.locator('.diagnostic:has-text("HF_TOKEN")')).to_have_count(0)


def test_keys(editor: Page, take_picture: Callable[[Page, str], None]) -> None:
    editor.keyboard.press("?")
    expect(editor.locator("#keys")).to_be_visible()
    take_picture(editor, "editor-keys")
    assert violations(editor) == []
    editor.keyboard.press("Escape")
    expect(editor.locator("#keys")).to_be_hidden()
    editor.keyboard.press("F8")
    expect(editor.locator(".diagnostic.is-active")).to_have_count(1)
    first = editor.locator(".diagnostic.is-active").get_attribute("data-place")
    editor.keyboard.press("F8")
    expect(editor.locator(f'.diagnostic.is-active[data-place="{first}"]')).to_have_count(0)
    editor.keyboard.press("Shift+F8")
    expect(editor.locator(f'.diagnostic.is-active[data-place="{first}"]')).to_have_count(1)
    editor.click('.diagnostic:has-text("MEM201") .diagnostic-head')
    expect(editor.locator(".diagnostic.is-active")).to_contain_text("MEM201")
    editor.keyboard.press("Alt+f")
    expect(editor.locator('.diagnostic:has-text("MEM201")')).to_have_count(0)
    editor.keyboard.press("Alt+h")
    assert editor.evaluate("document.activeElement.id") == "host-choice"


def test_the_code_editor_lets_the_keyboard_out(editor: Page) -> None:
    editor.keyboard.press("Alt+2")
    editor.keyboard.press("Escape")
    editor.keyboard.press("Tab")
    assert not editor.evaluate("ace.edit('code-editor').isFocused()")


@pytest.mark.parametrize(
    "document",
    [
        "services:\n  a:\n    image: <script>alert(1)</script>\n",
        "services: {'<b onclick=alert(1)>x': {image: '\"><img src=x onerror=alert(1)>'}}\n",
    ],
)
def test_html_in_a_document_is_text(page: Page, ada: User, host: Host, document: str) -> None:
    stack = stack_create(user=ada, name="<script>alert(2)</script>", document=document, host=host)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    opened(page, stack)
    click_line(page, 1)
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    assert page.locator("#services script, #services img, #panel img, #board b").count() == 0


def test_without_scripts_everything_works_by_forms(
    open_context: Callable[..., BrowserContext], stack: Stack, watch: Watch
) -> None:
    watch.expect("422")
    page = open_context(java_script_enabled=False).new_page()
    watch.watch(page)
    page.goto(f"/stacks/{stack.pk}/")
    page.fill('[name="shm_size@vllm"]', "9g")
    page.click('button.cell[value="cell 1 vllm"]')
    stack.refresh_from_db()
    assert "shm_size: 9g" in stack.document and 'device_ids: ["0", "1"]' in stack.document
    page.fill("#document", stack.document.replace("64g", "32g"))
    page.click('button.service-button[value="select train"]')
    expect(page.locator('[name="memory@train"]')).to_have_value("32g")
    page.fill('[name="memory@train"]', "lots")
    page.click('button[value="fields train"]')
    expect(page.locator('[data-key="memory@train"] .field-error')).to_contain_text("not a size")
    expect(page.locator('[name="memory@train"]')).to_have_value("lots")
    page.fill('[name="memory@train"]', "16g")
    page.click('button[value="view all"]')
    expect(page.locator(".fix-all")).to_contain_text("repair")
    page.click('button[value="fix-all"]')
    expect(page.locator(".message-success")).to_contain_text("repair")
    stack.refresh_from_db()
    assert "mem_limit: 16g" in stack.document
