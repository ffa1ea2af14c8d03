"""Who asks is known by one statement, and nothing of it outlives the request. 读者"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spatial.access import access
from spatial.models import Layer, User
from spatial.scope import scope_of
from tests.people import person
from tests.tiles.conftest import Reader, decode, draw, tile_at, url

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

TILE = tile_at(15)
LAYER = "basic_farmland"


def asked(reader: Reader, address: str, **headers: str) -> tuple[int, int]:
    """The status of an answer, and how many statements it took."""
    with CaptureQueriesContext(
        connection,
    ) as statements:
        status = reader.get(address, **headers).status_code
    return status, len(statements)


def test_four_statements_make_a_tile_and_three_a_304(brigade: Reader) -> None:
    version = draw(LAYER, "A")
    for named in (version.pk, "live", "2024-06-01"):
        address = url(LAYER, named, TILE)
        tag = brigade.get(address)["ETag"]
        assert asked(brigade, address) == (200, 4)
        assert asked(brigade, address, if_none_match=tag) == (304, 3)
    assert asked(brigade, url("patches", "live", TILE)) == (200, 2)


def _closed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _without_role(user: User) -> None:
    User.objects.filter(pk=user.pk).update(roles=[])


def _moved(user: User) -> None:
    User.objects.filter(pk=user.pk).update(region=None)


def _new_password(user: User) -> None:
    user.set_password("another-long-word-8")
    user.save()


def _ended(_: User) -> None:
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")


def _gone(_: User) -> None:
    Session.objects.all().delete()


def _deleted(user: User) -> None:
    user.delete()


@pytest.mark.parametrize(
    ("change", "status"),
    [(_closed, 401), (_without_role, 403), (_moved, 403), (_new_password, 401), (_ended, 401),
     (_gone, 401), (_deleted, 401)],
)  # fmt: skip
def test_what_is_taken_away_is_gone_at_the_next_request(
    brigade: Reader, change: Callable[[User], None], status: int
) -> None:
    address = url(LAYER, draw(LAYER, "A").pk, TILE)
    tag = brigade.get(address)["ETag"]
    change(User.objects.get(username="u990101brigade甲"))
    for headers in ({}, {"if_none_match": tag}):
        answer = brigade.get(address, **headers)
        assert answer.status_code == status
        assert b"basic" not in answer.content


def test_another_county_gets_nothing_also_with_a_tag(brigade: Reader, stranger: Reader) -> None:
    address = url(LAYER, draw(LAYER, "A").pk, TILE)
    mine = brigade.get(address)
    theirs = stranger.get(address, if_none_match=mine["ETag"])
    assert (mine.status_code, theirs.status_code) == (200, 200)
    assert decode(mine.content, TILE)
    assert not decode(theirs.content, TILE)


def test_a_transferred_officer_sees_the_new_county_alone(brigade: Reader) -> None:
    address = url(LAYER, draw(LAYER, "A").pk, TILE)
    assert decode(brigade.get(address).content, TILE)
    User.objects.update(region=person("990102", "planner").region)
    assert not decode(brigade.get(address).content, TILE)


def test_a_layer_that_becomes_secret_is_closed_at_once(brigade: Reader) -> None:
    address = url(LAYER, draw(LAYER, "A").pk, TILE)
    assert brigade.get(address).status_code == 200
    Layer.objects.filter(pk=LAYER).update(secrecy="secret")
    assert brigade.get(address).status_code == 403


def test_a_session_belongs_to_whom_it_says(brigade: Reader, stranger: Reader) -> None:
    """A session key that is used again for somebody else is that other's."""
    address = url(LAYER, draw(LAYER, "A").pk, TILE)
    assert decode(brigade.get(address).content, TILE)
    keys = [one.client.session.session_key for one in (brigade, stranger)]
    theirs = Session.objects.get(pk=keys[1])
    Session.objects.filter(pk=keys[0]).update(session_data=theirs.session_data)
    assert not decode(brigade.get(address).content, TILE)


@pytest.mark.parametrize("key", ["", "x", "'; --", "a" * 41, "\u00e4" * 8, "forged0key"])
def test_a_strange_cookie_is_nobodys(brigade: Reader, key: str) -> None:
    brigade.client.cookies["sessionid"] = key
    assert brigade.get(url(LAYER, "live", TILE)).status_code == 401


def test_a_visitor_reads_the_demo_alone(regions: None, settings: pytest.FixtureRequest) -> None:
    visitor = Reader(None)
    assert visitor.get(url(LAYER, "live", TILE)).status_code == 401
    settings.DEMO = True
    assert asked(visitor, url(LAYER, "live", TILE)) == (200, 3)  # nothing is in force


@pytest.mark.parametrize("code", ["990101", "990100", "990000", None])
@pytest.mark.parametrize("is_superuser", [False, True])
def test_the_short_way_gives_what_the_long_way_gives(
    regions: None, rf: object, code: str | None, is_superuser: bool
) -> None:
    from django.http import HttpRequest

    from spatial.reader import read_once
    from spatial.scope import request_scope

    roles = tuple(access().account_roles)[:2]
    user = person(code, *roles, unit="丁" if code else "")
    user.is_superuser = is_superuser
    user.save()
    reader = Reader(user)
    request = HttpRequest()
    request.COOKIES.update({"sessionid": reader.client.session.session_key})
    request.user = user
    seen = []
    read_once(lambda request: seen.append(request_scope(request)))(request)
    assert seen == [scope_of(User.objects.get(pk=user.pk))] or not (seen[0] or scope_of(user))
