"""Tokens of the API: made and shown once, as far as their account sees, gone when revoked."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from spatial.api_tokens import digest_of, make_token, revoke
from spatial.errors import InputRefused
from spatial.models import ApiToken, User
from tests.people import make_patch, make_regions, person

pytestmark = pytest.mark.django_db
PATCHES = "/api/patches/"


@pytest.fixture(autouse=True)
def regions() -> None:
    make_regions()
    make_patch("990101")
    make_patch("990102", jcbh="2")


def asked(key: str, scheme: str = "Token") -> Any:
    return Client(headers={"authorization": f"{scheme} {key}"}).get(PATCHES)


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("api_token", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_prints_the_token_alone_and_keeps_a_digest() -> None:
    user = person("990101")
    key = run("make", user.username, "--name", "选址系统").strip()
    token = ApiToken.objects.get()
    assert (token.user, token.name, token.digest) == (user, "选址系统", digest_of(key))
    assert key not in json.dumps(list(ApiToken.objects.values()), default=str)
    assert key not in run("list") + run("list", "--json")
    answer = asked(key)
    assert {row["properties"]["county"] for row in answer.json()["features"]} == {"990101"}
    token.refresh_from_db()
    assert token.used_on == timezone.localdate()


def test_a_revoked_token_opens_nothing_from_that_moment() -> None:
    token, key = make_token(person("990101"), "试")
    _, other = make_token(token.user, "另一个")
    assert asked(key).status_code == 200
    run("revoke", str(token.pk), "--dry-run")
    assert asked(key).status_code == 200
    run("revoke", str(token.pk))
    refused = asked(key)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Token")
    assert refused["Content-Type"] == "application/problem+json"
    assert "已吊销" in refused.json()["detail"]
    assert asked(other).status_code == 200
    assert not revoke(token, timezone.now())


@pytest.mark.parametrize("key", ["", "x", "a b", "é", "\x00", "9" * 5000])
def test_a_wrong_token_is_not_read_as_nobodys(settings: Any, key: str) -> None:
    settings.DEMO = True
    assert asked(key).status_code == 401


def test_a_switched_off_account_takes_its_tokens_with_it() -> None:
    user = person("990101")
    _, key = make_token(user, "试")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert asked(key).status_code == 401
    user.refresh_from_db()
    with pytest.raises(InputRefused, match="已停用"):
        make_token(user, "再来")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("make", "nobody", "--name", "试"), "没有账号 nobody"),
        (("make", "u990101", "--name", " "), "用途"),
        (("make", "u990101", "--name", "长" * 61), "最长 60 字"),
        (("list", "--user", "nobody"), "没有账号 nobody"),
        (("revoke", "999999"), "没有编号为 999999 的令牌"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], said: str) -> None:
    person("990101")
    with pytest.raises(CommandError, match=said):
        run(*words)
    assert not ApiToken.objects.exists()


def test_the_admin_shows_a_token_once_and_revokes_it(client: Client) -> None:
    user = person("990101")
    client.force_login(person("990101", "admin", name="manager"))
    page = client.post("/admin/spatial/apitoken/add/", {"user": user.pk, "name": "数据平台"})
    assert page["Cache-Control"].startswith("no-store")
    token = ApiToken.objects.get()
    key = page.context["token"].key
    assert key in page.content.decode()
    assert asked(key).status_code == 200
    listed = client.get("/admin/spatial/apitoken/").content.decode()
    assert "数据平台" in listed
    assert key not in listed
    chosen = {"action": "revoke_chosen", "_selected_action": [token.pk]}
    done = client.post("/admin/spatial/apitoken/", chosen, follow=True)
    assert "已吊销 1 个令牌" in done.content.decode()
    assert asked(key).status_code == 401


def test_a_manager_makes_tokens_for_the_accounts_of_the_own_region_alone(client: Client) -> None:
    there, root = person("990102"), person("990101", name="root")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    token, key = make_token(there, "邻县")
    client.force_login(person("990101", "admin", name="manager"))
    for user in (there, root):
        form = {"user": user.pk, "name": "越权"}
        assert client.post("/admin/spatial/apitoken/add/", form).status_code == 200
    assert ApiToken.objects.get() == token
    assert "邻县" not in client.get("/admin/spatial/apitoken/").content.decode()
    chosen = {"action": "revoke_chosen", "_selected_action": [token.pk]}
    client.post("/admin/spatial/apitoken/", chosen)
    assert asked(key).status_code == 200


def test_who_may_not_manage_makes_none(client: Client) -> None:
    client.force_login(person("990101"))
    assert client.get("/admin/spatial/apitoken/add/").status_code == 302


# ---------------------------------------------------------------- every error is a problem


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("get", "/api/nothing/", {}, 404),
        ("get", "/api/patches/999999/", {}, 404),
        ("post", PATCHES, {}, 405),
        ("delete", "/api/site-checks/", {}, 405),
        ("post", "/tiles/", {}, 405),
        ("get", PATCHES, {"headers": {"accept": "application/xml"}}, 406),
        ("post", "/api/site-checks/", {"data": "a", "content_type": "text/plain"}, 415),
        ("post", "/api/site-checks/", {"data": "{", "content_type": "application/json"}, 400),
        ("post", "/api/site-checks/", {"data": b"\xff", "content_type": "application/json"}, 400),
        ("get", PATCHES + "?cursor=x", {}, 400),
    ],
)
def test_every_refusal_is_a_problem(
    method: str, path: str, more: dict[str, Any], status: int
) -> None:
    _, key = make_token(person("990101", "planner", unit="规划科"), "试")
    client = Client(headers={"authorization": f"Token {key}"})
    if method == "post" and path == "/tiles/":
        client.force_login(person("990101"))
    answer = getattr(client, method)(path, **more)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    told = answer.json()
    assert told["status"] == status
    assert all(told[name] for name in ("type", "title", "detail"))
    assert status != 405 or answer["Allow"]


@pytest.mark.parametrize(
    ("path", "kind"), [(PATCHES, "application/problem+json"), ("/patches/", "text/html")]
)
def test_without_a_database_the_answer_is_come_again(
    monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    user = person("990101")
    _, key = make_token(user, "试")
    client = Client(headers={"authorization": f"Token {key}"})
    client.force_login(user)

    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("connection to server on socket /secret/place failed")

    monkeypatch.setattr("spatial.scope._scope", away)
    answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer["Content-Type"].startswith(kind)
    told = answer.json()["detail"] if path == PATCHES else answer.content.decode()
    assert "数据库暂时不能应答" in told
    assert "secret" not in told
