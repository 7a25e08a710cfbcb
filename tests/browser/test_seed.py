"""The whole way, as somebody goes it who brings one of the seed's three stacks: from the login to a file that works."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from stacks.hosts.reading import read_host
from stacks.hosts.snapshot import HostSnapshot
from stacks.rules.checker import check_text
from stacks.rules.findings import Severity
from tests.browser.conftest import CAPTURE, PASSWORD, Watch
from tests.browser.documents import SEED_ONE, SEED_THREE, SEED_TWO
from tests.oracle import ComposeOracle

STACKS = {"all GPUs": SEED_ONE, "bind mount": SEED_TWO, "one GPU each": SEED_THREE}
# What the page lists before anything is repaired: a rule's code and the line it stands on.
DIAGNOSTICS = {
    "all GPUs": [("COM080", 1), ("IMG102", 4), ("ENV101", 10)],
    "bind mount": [("COM080", 1), ("DEV601", 8), ("ENV201", 11)],
    "one GPU each": [("COM080", 1), ("IMG102", 4), ("ENV201", 6), ("IMG102", 8), ("ENV201", 10)],
}
# The cells of the board that are pressed once everything is repaired: which GPU is held by which service.
HELD = {
    "all GPUs": ["cell 0 gpu-service", "cell 1 gpu-service"],
    "bind mount": ["cell 0 my-gpu-app"],
    "one GPU each": ["cell 0 gpu-service-1", "cell 1 gpu-service-2"],
}
# What asks for the GPUs in each dialect's file, and stands in no other's.
DIALECTS = {
    "Docker Compose 1.28 or newer": ("deploy", "          devices:\n            - driver: nvidia"),
    "Docker Compose 2.30 or newer": ("gpus", "    gpus:"),
    "Hosts with only the nvidia runtime": ("runtime", "    runtime: nvidia"),
    "Hosts with CDI": ("cdi", "nvidia.com/gpu="),
}


@pytest.fixture
def visitor(open_context: Callable[..., BrowserContext], watch: Watch) -> Page:
    """Somebody at the first page, not signed in."""
    page = open_context(signed_in=False, permissions=["clipboard-read", "clipboard-write"]).new_page()
    watch.watch(page)
    page.goto("/")
    return page


@pytest.mark.parametrize("name", STACKS)
def test_the_whole_way_from_the_login_to_files_that_work(
    visitor: Page, oracle: ComposeOracle, tmp_path: Path, name: str
) -> None:
    sign_in(visitor)
    add_host(visitor)
    paste(visitor, name, STACKS[name])
    expect(visitor.locator(".layers")).to_contain_text("host(lab-2)")
    assert shown(visitor) == DIAGNOSTICS[name]
    repair_everything(visitor, STACKS[name])
    assert shown(visitor) == []
    assert pressed(visitor) == HELD[name]
    save_version(visitor)
    visitor.get_by_role("link", name="Export").click()
    host = read_host(CAPTURE.read_text())
    for title, (dialect, sign) in DIALECTS.items():
        text = download(visitor, title, dialect, tmp_path)
        assert [sign in text for _, sign in DIALECTS.values()].count(True) == 1 and sign in text
        answer = oracle.config(text)
        assert answer.accepted, answer.stderr
        assert errors_of(text, host) == []


def sign_in(page: Page) -> None:
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Stacks", level=1)).to_be_visible()


def add_host(page: Page) -> None:
    page.get_by_role("link", name="Hosts").click()
    page.get_by_role("link", name="Add").first.click()
    put(page, page.get_by_label("Output of nvidia-smi"), CAPTURE.read_text())
    page.locator("section[aria-labelledby=read]").get_by_label("Name").fill("lab-2")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", name="lab-2", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="NVIDIA H200")).to_have_count(2)


def put(page: Page, box: Locator, text: str) -> None:
    """Paste from the clipboard, as people do; to type a capture takes a browser seconds."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    box.focus()
    page.keyboard.press("Control+v")


def paste(page: Page, name: str, text: str) -> None:
    page.get_by_role("link", name="Stacks", exact=True).click()
    page.get_by_role("link", name="From YAML").click()
    door = page.locator("section[aria-labelledby=from-yaml]")
    put(page, door.get_by_label("Compose file"), text)
    door.get_by_label("Name").fill(name)
    door.get_by_label("Host").select_option(label="lab-2 · 2 × NVIDIA H200")
    door.get_by_role("button", name="Check this file").click()
    page.wait_for_selector("html[data-editor=ready]")
    assert text_of(page) == text


def shown(page: Page) -> list[tuple[str, int]]:
    """The diagnostics as the panel words their places: "line 4 · IMG102"."""
    places = page.locator(".diagnostic-where").all_inner_texts()
    halves = [place.split(" line ")[1].split(" · ") for place in places]
    return [(code.strip(), int(line)) for line, code in halves]


def repair_everything(page: Page, before: str) -> None:
    """The difference is shown first, and nothing is changed until it is applied."""
    page.get_by_role("button", name="Fix all").click()
    change = page.locator(".fix-all")
    expect(change.locator(".change-removed").first).to_contain_text('version: "3.7"')
    expect(change.locator(".change-added", has_text="capabilities: [gpu]").first).to_be_visible()
    assert text_of(page) == before
    change.get_by_role("button", name="Apply all").click()
    expect(page.locator("#told")).to_contain_text("repairs")
    expect(page.locator(".live-counts")).to_contain_text("No problems")


def pressed(page: Page) -> list[str | None]:
    return [cell.get_attribute("value") for cell in page.locator("#board button[aria-pressed=true]").all()]


def save_version(page: Page) -> None:
    page.locator("#keep-menu summary").click()
    page.get_by_label("What changed").fill("Repaired")
    page.get_by_role("button", name="Save version").click()
    expect(page.locator(".message-success")).to_be_visible()
    page.wait_for_selector("html[data-editor=ready]")


def download(page: Page, title: str, dialect: str, folder: Path) -> str:
    """The file of a dialect as the browser saves it: the very text that the page shows."""
    page.get_by_label(title).check()
    link = page.get_by_role("link", name="compose.yaml")
    expect(link).to_have_attribute("href", re.compile(rf"\?to={dialect}&pin=keep$"))
    expect(page.locator("section.verdict .badge-error")).to_have_count(0)
    with page.expect_download() as started:
        link.click()
    path = folder / f"{dialect}.yaml"
    started.value.save_as(path)
    text = path.read_text()
    assert text == page.locator("#file-text").input_value()
    return text


def errors_of(text: str, host: HostSnapshot) -> list[str]:
    found = check_text(text, {}, host).diagnostics
    return [f"{each.code} {each.message}" for each in found if each.severity is Severity.ERROR]


def text_of(page: Page) -> str:
    return page.locator("#document").input_value()
