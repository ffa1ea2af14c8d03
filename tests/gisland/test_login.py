"""Logging in: throttled, in Chinese, with safe cookies, under a strict policy."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from django.conf import settings as configured
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from gisland import health
from gisland.urls import handler400, handler403, handler404, handler500, urlpatterns
from spatial.scope import login_or_demo
from tests.people import PASSWORD, make_regions, person

if TYPE_CHECKING:
    from spatial.models import User

pytestmark = pytest.mark.django_db

GOOD = {"username": "zhang", "password": PASSWORD}
BAD = {"username": "zhang", "password": "wrong"}


test_urls = [
    path("closed/", login_or_demo(lambda request: HttpResponse("open"))),
]


class Urls:
    urlpatterns = [*urlpatterns, *test_urls]
    handler400, handler403 = handler400, handler403
    handler404, handler500 = handler404, handler500


@pytest.fixture(autouse=True)
def user(settings) -> User:
    settings.ROOT_URLCONF = Urls
    make_regions()
    return person("990101", "brigade", name="zhang")


# ---------------------------------------------------------------- the page


def test_the_page_is_chinese_and_labelled(client: Client) -> None:
    page = client.get("/login/?next=/closed/")
    text = page.content.decode()
    assert page.status_code == 200
    assert '<html lang="zh-Hans">' in text
    for name in ("username", "password"):
        assert re.search(rf'<label for="id_{name}">', text)
    assert 'autocomplete="current-password"' in text
    assert 'value="/closed/"' in text
    assert 'class="demo-strip"' not in text


def test_the_page_obeys_its_own_policy(client: Client) -> None:
    for address in ("/login/", "/no-such-page/"):
        page = client.get(address)
        policy = page["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        text = page.content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", text)
        assert page["X-Frame-Options"] == "DENY"
        assert page["X-Content-Type-Options"] == "nosniff"


def test_in_and_out(client: Client) -> None:
    assert client.get("/closed/").url == "/login/?next=" + quote("/closed/")
    entered = client.post("/login/", {**GOOD, "next": "/closed/"})
    assert (entered.status_code, entered.url) == (302, "/closed/")
    page = client.get("/closed/")
    assert page.content == b"open"
    assert page["Cache-Control"] == "private"
    assert client.get("/login/").status_code == 302  # already in
    assert client.get("/logout/").status_code == 405  # a link must not log out
    assert client.post("/logout/").url == "/login/"
    assert client.get("/closed/").status_code == 302


def test_next_stays_on_this_site(client: Client) -> None:
    entered = client.post("/login/", {**GOOD, "next": "https://example.com/"})
    assert entered.url == "/"


def test_a_wrong_password_is_told_in_chinese(client: Client) -> None:
    page = client.post("/login/", BAD)
    text = page.content.decode()
    assert "用户名或密码不正确" in text
    assert 'role="alert"' in text
    assert 'aria-invalid="true"' in text
    unknown_name = client.post("/login/", {**BAD, "username": "nobody"}).content.decode()
    assert "用户名或密码不正确" in unknown_name  # the same: names are not told apart


# ---------------------------------------------------------------- throttling


def test_five_failures_lock(client: Client) -> None:
    answers = [client.post("/login/", BAD) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert "锁定 15 分钟" in answers[-1].content.decode()
    assert client.post("/login/", GOOD).status_code == 429  # the right one does not help now
    assert client.get("/closed/").status_code == 302
    assert client.post("/admin/login/", GOOD).status_code == 429  # nor does the other door
    make_other = person("990102", "brigade", name="li")
    assert client.post("/login/", {**GOOD, "username": make_other.username}).status_code == 302


def test_a_lock_opens_after_15_minutes(client: Client) -> None:
    import datetime

    from axes.models import AccessAttempt

    for _ in range(5):
        client.post("/login/", BAD)
    attempt = AccessAttempt.objects.get()
    attempt.attempt_time -= datetime.timedelta(minutes=14)
    attempt.save()
    assert client.post("/login/", GOOD).status_code == 429
    attempt.refresh_from_db()
    attempt.attempt_time -= datetime.timedelta(minutes=2)
    attempt.save()
    assert client.post("/login/", GOOD).status_code == 302


def test_success_forgets_earlier_failures(client: Client) -> None:
    for _ in range(3):
        for _ in range(4):
            assert client.post("/login/", BAD).status_code == 200
        assert client.post("/login/", GOOD).status_code == 302
        client.post("/logout/")


# ---------------------------------------------------------------- cookies, secret, forms


def test_cookies_are_safe(client: Client, settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True  # GISLAND_HTTPS=1
    client.get("/login/")
    client.post("/login/", GOOD)
    session, token = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["httponly"]
    for cookie in (session, token):
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"


def test_cookies_are_encrypted_where_tls_is() -> None:
    import subprocess
    import sys

    code = "from gisland import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    env = {"GISLAND_HTTPS": "1", "GISLAND_SECRET_KEY": "x", "PATH": ""}
    asked = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=configured.BASE_DIR,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert asked.stdout.split() == ["True", "True"]


def test_the_secret_is_made_here_and_private(tmp_path, monkeypatch) -> None:
    from gisland import settings as module

    monkeypatch.delenv("GISLAND_SECRET_KEY", raising=False)
    monkeypatch.setattr(module, "VAR_DIR", tmp_path / "var")
    key = module._secret_key()
    assert len(key) >= 50
    assert module._secret_key() == key
    file = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_form_without_token_is_refused_in_chinese() -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/login/", GOOD)
    assert page.status_code == 403
    assert "页面已过期" in page.content.decode()


# ---------------------------------------------------------------- demo, health


def test_the_demo_says_that_it_is_invented(client: Client, settings) -> None:
    settings.DEMO = True
    assert client.get("/closed/").content == b"open"
    text = client.get("/login/").content.decode()
    assert "演示数据：本站所有行政区、单位、图斑均为程序虚构" in text


def test_healthz(client: Client, monkeypatch) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["worker"] == "none"
    assert "no-store" in answer["Cache-Control"]
    shipped = {**health._shipped(), ("spatial", "9999_next"): frozenset()}
    monkeypatch.setattr(health, "_shipped", lambda: shipped)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["pending_migrations"]) == (503, 1)

    def unreachable() -> list[str]:
        from django.db import OperationalError

        raise OperationalError

    monkeypatch.setattr(health, "pending_migrations", unreachable)
    assert client.get("/healthz").status_code == 503
