"""The drawer: quick because it reads what a run stored; the reasons are judged when asked for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gisland.pages.patch_proof import proof, stored_proof
from spatial.models import Assessment, Layer
from spatial.scope import everything
from tests.browser import world as drawn
from tests.browser.world import World, make_world
from tests.gisland.test_pages import reader, words
from tests.gisland.test_review_page import act, get
from tests.people import person

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 25
ONLY_JUDGED_AGAIN = {"before", "differ", "on"}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def current(world: World) -> Assessment:
    return Assessment.objects.get(patch=world.patch, is_current=True)


def drawer(world: World) -> dict[str, Any]:
    told: dict[str, Any] = get(world.officer, f"/review/patches/{world.patch.pk}.json")[1]
    return told


def test_opening_a_patch_takes_few_statements(world: World) -> None:
    desk, address = reader(world.officer), f"/review/patches/{world.patch.pk}.json"
    with CaptureQueriesContext(connection) as first:
        assert desk.get(address).status_code == 200
    assert act(world)[0] == 200
    with CaptureQueriesContext(connection) as decided:
        assert desk.get(address).status_code == 200
    for asked in (first, decided):
        assert len(asked) <= MOST_STATEMENTS, [row["sql"][:80] for row in asked]


def test_what_is_stored_says_the_same_as_judging_again(world: World) -> None:
    scope, found = everything(), current(world)
    whole, stored = proof(scope, world.patch, found), stored_proof(scope, found)
    for key in ("label", "style", "conclusions", "rest_mu", "gaps", "outside"):
        assert stored[key] == whole[key]
    assert [mark["said"] for mark in stored["marks"]] == [mark["said"] for mark in whole["marks"]]
    for one, other in zip(stored["pieces"], whole["pieces"], strict=True):
        shared = one.keys() - ONLY_JUDGED_AGAIN - {"notions"}
        assert {key: one[key] for key in shared} == {key: other[key] for key in shared}
        assert [zone["id"] for zone in one["on"]] == [zone["id"] for zone in other["on"]]
        assert one["before_count"] == len(other["before"]) > 0
        for code, notion in one["notions"].items():
            assert notion.items() <= other["notions"][code].items()


def test_reasons_come_when_they_are_asked_for(world: World) -> None:
    told = drawer(world)
    counts = dict(re.findall(r'data-before="(\d+)"><summary>\D+(\d+) 条', told["html"]))
    address = f"/review/patches/{world.patch.pk}/reasons/{told['assessment']}.json"
    status, found = get(world.officer, address)
    assert status == 200
    parts = re.split(r'data-before="(\d+)"', found["html"])[1:]
    said = dict(zip(parts[::2], parts[1::2], strict=True))
    assert {number: str(part.count("<li>")) for number, part in said.items()} == counts
    assert "不满足" in words(found["html"])


def test_reasons_are_for_whom_the_patch_is_for(world: World) -> None:
    told = drawer(world)
    address = f"/review/patches/{world.patch.pk}/reasons/{told['assessment']}.json"
    assert get(world.stranger, address)[0] == 404
    other = f"/review/patches/{world.waiting.pk}/reasons/{told['assessment']}.json"
    assert get(world.officer, other)[0] == 404
    Layer.objects.filter(pk__in=("basic_farmland", "approval")).update(secrecy="secret")
    admin = person(drawn.HOME, "admin", name="root")
    html = get(admin, address)[1]["html"]
    assert "YN-7" not in html
    assert "示地" not in html
