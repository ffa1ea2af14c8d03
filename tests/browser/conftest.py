"""Chromium against a live server over a small drawn county; skipped where there is no Chromium."""

from __future__ import annotations

import os
import shutil
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import override_settings
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.case_world import make_case_world
from tests.browser.world import logged_in, make_images, make_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Playwright

    from tests.browser.case_world import CaseWorld
    from tests.browser.world import World

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
PICTURES = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SIZE = {"width": 1366, "height": 768}
PATIENCE_MS = 15_000
IDLE = "() => document.getElementById('map')?.gisMap?.grid.isIdle() === true"
VIOLATED = """addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("policy violated: " + violatedDirective + " " + blockedURI));"""
"""What breaks the policy without an error of its own is said aloud too."""
UNMANAGED = ("zone_part", "zone_edge", "zone_ground")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives a browser; without the second mark no test database is made."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=f"no Chromium: none of {NAMES} on PATH"))


@pytest.fixture(scope="package")
def world(
    playwright: Playwright,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The drawn county, committed: the server's threads see it. Wiped after the last test here."""
    folder = tmp_path_factory.mktemp("images")
    told = {
        "MEDIA_ROOT": folder / "media",
        "UPLOAD_DIR": folder / "uploads",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    with django_db_blocker.unblock(), override_settings(**told):
        assert connection.settings_dict["NAME"].startswith("test_")
        try:
            with transaction.atomic():
                made = make_world()
            sessions = logged_in(made.officer, made.stranger, made.clerk)
            yield replace(made, images=make_images(folder), sessions=sessions)
        finally:
            _wipe()


def _wipe() -> None:
    """Every table empty again; the layers of layers.toml come back with the flush."""
    for pause_s in (1, 3, None):  # the last page may still be asking
        try:
            call_command("flush", verbosity=0, interactive=False)
            break
        except CommandError:
            if pause_s is None:
                raise
            time.sleep(pause_s)
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table in present & set(UNMANAGED):
            cursor.execute(f"TRUNCATE {table}")


@pytest.fixture(scope="package")
def case_world(
    world: World, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CaseWorld]:
    """A county beside the others, with people at every level and patches that nobody touched."""
    folder = tmp_path_factory.mktemp("evidence")
    told = {"EVIDENCE_DIR": folder, "EVIDENCE_SPARE_BYTES": 0}
    with django_db_blocker.unblock(), override_settings(**told):
        with transaction.atomic():
            made = make_case_world()
        yield replace(made, sessions=logged_in(*made.people))


@pytest.fixture
def seats(
    chromium: Browser, server: LiveServer, case_world: CaseWorld, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Seat]]:
    """As many windows as there are people in a case: ``seats(user name, …)``."""
    taken: list[Seat] = []

    def sit(name: str, **window: Any) -> Seat:
        one = Seat(
            chromium, server.url, f"{request.node.name}-{name}", case_world.sessions, **window
        )
        taken.append(one)
        one.sit_down(name)
        return one

    yield sit
    for one in taken:
        one.picture("end")
        one.context.close()


@pytest.fixture(scope="package")
def server(world: World) -> Iterator[LiveServer]:
    """The site, with its static files."""
    running = LiveServer("127.0.0.1")
    yield running
    running.stop()


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """While it runs, Django keeps other connections (asgiref): they are closed before it ends."""
    with sync_playwright() as running:
        yield running
        connections.close_all()


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests here."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


class Seat:
    """One person before one window: what the browser complained of is kept."""

    def __init__(
        self, browser: Browser, address: str, name: str, sessions: dict[str, str], **window: Any
    ) -> None:
        self.name = name
        self.address = address
        self.sessions = sessions
        self.context = browser.new_context(**{"viewport": SIZE, "locale": "zh-CN", **window})
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(VIOLATED)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.policies: dict[str, list[str]] = defaultdict(list)
        self.requests: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("response", self._answered)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _answered(self, response: Any) -> None:
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/html"):
            policy = response.headers.get("content-security-policy", "")
            self.policies[urlsplit(response.url).path].append(policy)
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def log_in(self, name: str, password: str) -> None:
        """By typing, as people do."""
        self.page.get_by_label("用户名").type(name)
        self.page.get_by_label("密码").type(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".site-user-name")

    def sit_down(self, name: str) -> None:
        """Where somebody is logged in already."""
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": self.sessions[name]}
        self.context.add_cookies([{**cookie, "url": self.address}])

    def idle(self) -> None:
        """Until all tiles are here and painted."""
        self.page.wait_for_function(IDLE)

    def picture(self, what: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.name}-{what}.png")

    def require_quiet(self) -> None:
        """No error, no violation of a strict policy, no request to another origin."""
        assert self.complaints == []
        own = urlsplit(self.address).netloc
        strangers = {url for url in self.requests
                     if urlsplit(url).scheme not in ("data", "blob")
                     and urlsplit(url).netloc != own}  # fmt: skip
        assert strangers == set()
        for path, policies in self.policies.items():
            for policy in policies:
                assert "default-src 'none'" in policy, path
                assert "unsafe" not in policy, path


@pytest.fixture
def seat(
    chromium: Browser, server: LiveServer, world: World, request: pytest.FixtureRequest
) -> Iterator[Seat]:
    """A window with nobody logged in; it must have been quiet in the end."""
    found = Seat(chromium, server.url, request.node.name, world.sessions)
    yield found
    found.picture("end")
    found.context.close()
