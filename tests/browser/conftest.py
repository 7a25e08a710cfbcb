"""A real Chromium on a live server, signed in, that fails a test for anything the console complains about."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from stacks.hosts.reading import read_host
from stacks.models import Host, Stack
from stacks.services.host import host_create
from stacks.services.stack import stack_create
from tests.browser.documents import TWO_TRAININGS
from tests.browser.editing import opened

# Playwright's sync API keeps an event loop in the thread; Django would otherwise refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE, NARROW = (1440, 900), (380, 800)
CAPTURE = Path(__file__).resolve().parent.parent / "hosts" / "data" / "h200-x2" / "smi.xml"
PASSWORD = "a long password"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Absent: a skip on a developer's machine, a failure where CI=true."""
    path = os.environ.get("GPU_COMPOSE_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        message = "no Chromium: install it, or set GPU_COMPOSE_CHROMIUM to its path"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path)
        yield started
        started.close()


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Any) -> None:
    """WhiteNoise reads every static file when a server is made; here it looks them up when they are asked for."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def ada(transactional_db: None) -> User:
    return User.objects.create_user("ada", password=PASSWORD)


class Watch:
    """What the browser complained about; refused addresses of the server count as well."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.expected: list[str] = []

    def expect(self, words: str) -> None:
        """A complaint with these words belongs to the test."""
        self.expected.append(words)

    def watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} {message.location.get('url', '')}")

    @property
    def unexpected(self) -> list[str]:
        return [each for each in self.complaints if not any(words in each for words in self.expected)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    watching = Watch()
    yield watching
    assert watching.unexpected == []


class Requests:
    """Counts the requests that the live server is busy with: the database is emptied only when there is none."""

    def __init__(self) -> None:
        self.busy = 0

    def begin(self, **_: Any) -> None:
        self.busy += 1

    def end(self, **_: Any) -> None:
        self.busy -= 1

    def wait(self, seconds: float = 5.0) -> None:
        until = time.monotonic() + seconds
        while self.busy > 0 and time.monotonic() < until:
            time.sleep(0.02)


@pytest.fixture
def requests() -> Iterator[Requests]:
    counted = Requests()
    request_started.connect(counted.begin)
    request_finished.connect(counted.end)
    yield counted
    request_started.disconnect(counted.begin)
    request_finished.disconnect(counted.end)


@pytest.fixture
def open_context(
    browser: Browser, live_server: Any, ada: User, requests: Requests
) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts, signed in unless told otherwise, closed at the end; the other arguments are Playwright's."""
    made: list[BrowserContext] = []

    def make(*, signed_in: bool = True, **options: Any) -> BrowserContext:
        options.setdefault("viewport", {"width": WIDE[0], "height": WIDE[1]})
        context = browser.new_context(base_url=live_server.url, **options)
        if signed_in:
            client = Client()
            client.force_login(ada)
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        context.set_default_timeout(8000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    requests.wait()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext], watch: Watch) -> Page:
    """A wide window of a signed-in user."""
    opened = open_context().new_page()
    watch.watch(opened)
    return opened


@pytest.fixture
def take_picture() -> Callable[..., None]:
    """Keeps a screenshot in the folder named by GPU_COMPOSE_SCREENSHOTS, for somebody to look at; else does nothing.

    `full_page` is all that can be scrolled to.
    """
    folder = os.environ.get("GPU_COMPOSE_SCREENSHOTS")

    def take(page: Page, name: str, *, full_page: bool = False) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=full_page)

    return take


@pytest.fixture
def host(ada: User) -> Host:
    """A machine with two H200, as its own tools describe it."""
    return host_create(user=ada, name="lab-2", snapshot=read_host(CAPTURE.read_text()))


@pytest.fixture
def stack(ada: User, host: Host) -> Stack:
    return stack_create(user=ada, name="Two trainings", document=TWO_TRAININGS, host=host)


@pytest.fixture
def editor(page: Page, stack: Stack) -> Page:
    return opened(page, stack)
