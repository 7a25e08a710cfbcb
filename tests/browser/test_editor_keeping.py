"""Nothing that is typed into the editor is lost: where saves meet, where the page is left, where a field is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, Route, expect

from stacks.models import Host, Stack
from stacks.services.stack import stack_create, stack_save_draft
from tests.browser.axe import violations
from tests.browser.conftest import Watch
from tests.browser.documents import SEED_THREE, TWO_TRAININGS
from tests.browser.editing import click_line, opened, text_of

FIRST_LINE = "# Two trainings and what they need."


def saved_elsewhere(stack: Stack, user: User, document: str = "# theirs\n") -> None:
    stack.refresh_from_db()
    stack_save_draft(stack=stack, document=document, environment="", expected_version=stack.version, user=user)


def test_a_conflict_leaves_the_focus_where_somebody_types(editor: Page, stack: Stack, ada: User, watch: Watch) -> None:
    watch.expect("409")
    saved_elsewhere(stack, ada)
    click_line(editor, 1)
    editor.keyboard.type(" Mine")
    expect(editor.locator("#conflict [role=alert]")).to_contain_text("saved elsewhere")
    editor.keyboard.type(" and more words.")
    editor.wait_for_timeout(300)
    stack.refresh_from_db()
    assert stack.document == "# theirs\n"
    assert text_of(editor).startswith(f"{FIRST_LINE} Mine and more words.\n")
    editor.click('#conflict button[value="mine"]')
    editor.wait_for_selector("html[data-editor=ready]")
    stack.refresh_from_db()
    assert stack.document.startswith(f"{FIRST_LINE} Mine and more words.\n")
    assert stack.revisions.first().document == "# theirs\n"
    expect(editor.locator("#local-draft")).to_be_hidden()


def test_a_conflict_takes_the_focus_to_its_title_from_elsewhere(
    editor: Page, stack: Stack, ada: User, watch: Watch
) -> None:
    watch.expect("409")
    saved_elsewhere(stack, ada)
    editor.click('button.cell[value="cell 1 vllm"]')
    expect(editor.locator("#conflict-title")).to_be_focused()
    editor.keyboard.press("Space")
    editor.keyboard.press("Enter")
    editor.wait_for_timeout(200)
    stack.refresh_from_db()
    assert stack.document == "# theirs\n"
    assert violations(editor) == []


def test_what_is_joined_by_hand_in_the_notice_is_in_the_editor(
    editor: Page, stack: Stack, ada: User, watch: Watch
) -> None:
    watch.expect("409")
    saved_elsewhere(stack, ada)
    click_line(editor, 1)
    editor.keyboard.type(" Mine")
    editor.click("#conflict details summary")
    editor.fill("#conflict-mine", "# joined\n")
    assert text_of(editor) == "# joined\n"
    editor.click('#conflict button[value="theirs"]')
    editor.wait_for_selector("html[data-editor=ready]")
    assert text_of(editor) == "# theirs\n"
    assert stack.revisions.first().document == "# joined\n"
    expect(editor.locator("#local-draft")).to_be_hidden()


@pytest.mark.parametrize("way", ["click", "key", "history", "header"])
def test_leaving_saves_first(editor: Page, stack: Stack, way: str) -> None:
    click_line(editor, 1)
    editor.keyboard.type(" Just now.")
    if way == "click":
        editor.click("[data-leave]")
    elif way == "key":
        editor.keyboard.press("Alt+e")
    elif way == "history":
        editor.click(".more-menu summary")
        editor.click('.more-menu a[href$="/history/"]')
    else:
        editor.click('header a[href="/hosts/"]')
    editor.wait_for_selector("html:not([data-editor])")
    stack.refresh_from_db()
    assert stack.document.startswith(f"{FIRST_LINE} Just now.\n")
    if way in ("click", "key"):
        expect(editor.locator("main")).to_contain_text("Just now.")


def test_leaving_sends_the_field_first(editor: Page, stack: Stack) -> None:
    editor.click('[name="ports.new@vllm"]')
    editor.keyboard.type("9000:9000")
    editor.keyboard.press("Alt+e")
    editor.wait_for_selector("html:not([data-editor])")
    stack.refresh_from_db()
    assert "9000:9000" in stack.document


def test_leaving_without_changes_goes_at_once(editor: Page) -> None:
    posts: list[str] = []
    editor.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    editor.click("[data-leave]")
    editor.wait_for_selector("html:not([data-editor])")
    assert [each for each in posts if each.endswith("/save/")] == []


def test_a_conflict_keeps_the_page(editor: Page, stack: Stack, ada: User, watch: Watch) -> None:
    watch.expect("409")
    saved_elsewhere(stack, ada)
    click_line(editor, 1)
    editor.keyboard.type(" Mine")
    editor.click("[data-leave]")
    expect(editor.locator("#conflict-title")).to_be_focused()
    assert editor.locator("html[data-editor=ready]").count() == 1
    assert "Mine" in text_of(editor)


def test_a_failed_save_and_a_refused_field_keep_the_page(editor: Page, watch: Watch) -> None:
    for words in ("500", "422", "htmx"):
        watch.expect(words)
    editor.click('[name="ports.new@vllm"]')
    editor.keyboard.type("abc")
    editor.click("[data-leave]")
    expect(editor.locator("#told")).to_contain_text("refused")
    expect(editor.locator('[name="ports.new@vllm"]')).to_have_value("abc")

    def fail(route: Route) -> None:
        route.fulfill(status=500, body="failed")

    editor.route("**/save/", fail)
    click_line(editor, 1)
    editor.keyboard.type(" Mine")
    editor.click("[data-leave]")
    expect(editor.locator("#told")).to_contain_text("Not saved yet")
    editor.unroute("**/save/", fail)
    editor.click("[data-leave]")
    editor.wait_for_selector("html:not([data-editor])")


def test_back_shows_the_text_as_it_is_now(editor: Page, stack: Stack) -> None:
    click_line(editor, 1)
    editor.keyboard.type(" One.")
    editor.click("[data-leave]")
    editor.wait_for_selector("html:not([data-editor])")
    editor.go_back()
    editor.wait_for_selector("html[data-editor=ready]")
    expect(editor.locator("#local-draft")).to_be_hidden()
    assert text_of(editor).startswith(f"{FIRST_LINE} One.\n")
    assert editor.input_value("#id_version") == "2"
    click_line(editor, 1)
    editor.keyboard.type(" Two.")
    expect(editor.locator("#saved")).to_contain_text("saving")
    expect(editor.locator("#saved")).to_contain_text("saved ")
    stack.refresh_from_db()
    assert stack.document.startswith(f"{FIRST_LINE} One. Two.\n")


def test_a_page_that_was_frozen_reads_a_newer_version(editor: Page, stack: Stack, ada: User) -> None:
    editor.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    editor.wait_for_timeout(300)
    editor.evaluate("window.isOld = true")
    saved_elsewhere(stack, ada)
    editor.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    editor.wait_for_function("() => !window.isOld && document.documentElement.dataset.editor === 'ready'")
    assert text_of(editor) == "# theirs\n"
    assert editor.input_value("#id_version") == "2"


def test_kept_text_that_another_window_saved_is_not_offered(
    open_context: Callable[..., BrowserContext], stack: Stack, watch: Watch
) -> None:
    context = open_context()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        watch.watch(page)
    opened(first, stack)
    held: list[Route] = []
    first.route("**/save/", lambda route: held.append(route))
    click_line(first, 1)
    first.keyboard.type(" First.")
    first.wait_for_timeout(1200)
    opened(second, stack)
    expect(second.locator("#local-draft")).to_be_visible()
    held[0].continue_()
    expect(first.locator("#saved")).to_contain_text("saved ")
    expect(second.locator("#local-draft")).to_be_hidden()


def test_form_edits_keep_the_line_ends_of_the_file(page: Page, ada: User, host: Host) -> None:
    document = TWO_TRAININGS.replace("\n", "\r\n")
    stack = stack_create(user=ada, name="From Windows", document=document, host=host)
    opened(page, stack)
    for number, size in enumerate(("9g", "10g", "11g")):
        page.fill('[name="shm_size@vllm"]', size)
        expect(page.locator("#document")).to_have_js_property(
            "value", TWO_TRAININGS.replace("shm_size: 8g", f"shm_size: {size}")
        )
        if number:
            page.click('button.cell[value="cell 1 vllm"]')
            page.click('button.cell[value="cell 1 vllm"]')
    expect(page.locator("#saved")).to_contain_text("saved ")
    stack.refresh_from_db()
    assert stack.document == document.replace("shm_size: 8g", "shm_size: 11g")
    assert page.evaluate("ace.edit('code-editor').session.getLength()") == len(TWO_TRAININGS.split("\n"))


@pytest.mark.parametrize("end", ["\r", "mixed"])
def test_other_line_ends_lose_no_line(page: Page, ada: User, host: Host, end: str) -> None:
    lines = TWO_TRAININGS.split("\n")
    document = "\r".join(lines) if end == "\r" else "\r\n".join(lines[:9]) + "\n" + "\n".join(lines[9:])
    stack = stack_create(user=ada, name="Mixed", document=document, host=host)
    opened(page, stack)
    for size in ("9g", "10g"):
        page.fill('[name="shm_size@vllm"]', size)
        expect(page.locator("#document")).to_have_js_property(
            "value", TWO_TRAININGS.replace("shm_size: 8g", f"shm_size: {size}")
        )
    expect(page.locator("#saved")).to_contain_text("saved ")
    stack.refresh_from_db()
    assert stack.document.splitlines() == TWO_TRAININGS.replace("shm_size: 8g", "shm_size: 10g").splitlines()


def test_text_pasted_with_crlf_into_an_empty_stack(page: Page, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="Empty", document="", host=host)
    opened(page, stack)
    page.evaluate("text => ace.edit('code-editor').insert(text)", TWO_TRAININGS.replace("\n", "\r\n"))
    page.click('button.service-button[value="select vllm"]')
    page.fill('[name="shm_size@vllm"]', "9g")
    expect(page.locator("#document")).to_have_js_property(
        "value", TWO_TRAININGS.replace("shm_size: 8g", "shm_size: 9g")
    )


def test_the_list_of_repairs_closes_when_they_are_made(page: Page, ada: User, host: Host) -> None:
    stack = stack_create(user=ada, name="Seed", document=SEED_THREE, host=host)
    opened(page, stack)
    page.click('button[data-view="all"]')
    page.click('.fix-all button:has-text("Apply all")')
    expect(page.locator("#told")).to_contain_text("repair")
    with page.expect_response("**/live/"):
        click_line(page, 1)
        page.keyboard.type(" ")
    page.wait_for_timeout(200)
    assert page.locator(".fix-all").count() == 0
    page.keyboard.press("Alt+Shift+F")
    expect(page.locator("#told")).to_contain_text("nothing to repair")
    assert page.locator(".fix-all").count() == 0


def test_a_message_can_be_closed_and_goes_with_the_first_change(editor: Page) -> None:
    message = editor.locator(".messages .message")
    for way in ("close", "type"):
        editor.click("#keep-menu summary")
        editor.click('#keep-menu button[value="keep"]')
        expect(message).to_be_visible()
        editor.wait_for_selector("html[data-editor=ready]")
        assert violations(editor) == []
        if way == "close":
            editor.click(".messages [data-close-message]")
        else:
            click_line(editor, 1)
            editor.keyboard.type(" More.")
        expect(message).to_have_count(0)
