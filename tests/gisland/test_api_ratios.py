"""The API's ratios: the asker's counties alone, and the pieces behind each figure."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from spatial import facts
from spatial.engine import ratio_kept
from spatial.engine.ratios import RatioQuery, table
from spatial.models import Batch, Layer, Patch, Region
from tests import ratio_ground as drawn
from tests.gisland.test_api import machine as machine_of
from tests.people import make_regions, person

pytestmark = pytest.mark.django_db
RATIOS, PIECES = "/api/ratios/", "/api/ratios/pieces/"


@pytest.fixture(autouse=True)
def ground() -> None:
    make_regions()
    patches = [
        drawn.draw_patch(rows, drawn.draw_county(rows, code), batch=f"b{code}")
        for code, rows in (("990101", "ccii"), ("990102", "iiiiii"))
    ]
    drawn.judge(*patches)


def machine(code: str, *roles: str) -> Client:
    return machine_of(person(code, *roles))


def get(client: Client, address: str, **asked: Any) -> Any:
    return client.get(address, {"ruleset": drawn.NAME, **asked})


def test_a_county_gets_its_own_figures() -> None:
    found = get(machine("990101"), RATIOS).json()
    assert [(row["code"], row["ratio"]) for row in found["rows"]] == [("990101", "0.5000")]
    assert found["total"]["area_m2"] == "400.00"
    assert found["said"].startswith("口径：规则 比率画例 1；")
    city = get(machine("990100"), RATIOS, level="city").json()
    assert [(row["code"], row["area_m2"]) for row in city["rows"]] == [("990100", "1000.00")]


def test_the_pieces_of_another_county_are_not_shown() -> None:
    api = machine("990101")
    rows = get(api, PIECES, band="all").json()["results"]
    assert {row["county"] for row in rows} == {"990101"}
    assert sum(float(row["area_m2"]) for row in rows) == 400
    assert get(api, PIECES, band="all", region="990102").json()["results"] == []


def test_pieces_come_in_pages() -> None:
    api = machine("990101")
    whole = get(api, PIECES, band="all").json()
    assert whole["next"] is None
    paged, address = [], f"{PIECES}?band=all&page_size=1&ruleset={drawn.NAME}"
    while address:
        page = api.get(address).json()
        assert len(page["results"]) == 1
        paged += page["results"]
        address = page["next"]
    assert len(paged) > 1
    assert paged == whole["results"]


@pytest.mark.parametrize("cursor", ["x", "%00", "W10", "WyI5OTAxMDEiLDFd", "bnVsbA", "9" * 300])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    answer = machine("990101").get(f"{PIECES}?band=all&cursor={cursor}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_figures_that_tell_of_a_hidden_layer_are_refused() -> None:
    Layer.objects.filter(code="approval").update(secrecy="secret")
    api = machine("990101", "admin")
    assert get(api, PIECES, band="all").status_code == 403
    answer = get(api, RATIOS)
    assert answer.status_code == 403
    assert "无权查看的图层" in answer.json()["detail"]


@pytest.mark.parametrize(
    "asked",
    [
        {"level": "galaxy"}, {"effect": "reclaimed"}, {"effect": "nonsense=none"}, {"by": "x"},
        {"exclude": "nonsense"}, {"count": "nonsense=yes"}, {"known_at": "yesterday"}, {"x": "1"},
        {"period": "春", "by": "after_on"}, {"period": "0000", "by": "after_on"},
        {"ruleset": "nonsense"}, {"ruleset": "../x"},
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_reason(asked: dict[str, str]) -> None:
    answer = get(machine("990101"), RATIOS, **asked)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("asked", "ratio"),
    [
        ({"count": "unfiled=no"}, "0.0000"),
        ({"count": "unfiled=yes,lawful=yes"}, "0.5000"),
        ({"keep": "key_project,special", "exclude": "emergency"}, "0.5000"),
        ({"effect": "reclaimed=none,restored=leave_both"}, "0.5000"),
    ],
)
def test_each_switch_of_the_command_works_here_too(asked: dict[str, str], ratio: str) -> None:
    answer = get(machine("990101"), RATIOS, **asked)
    assert answer.status_code == 200, answer.content.decode()
    assert answer.json()["total"]["ratio"] == ratio


def test_strangers_are_told_to_log_in() -> None:
    assert Client().get(RATIOS).status_code == 401
    assert Client().get(PIECES, {"band": "all"}).status_code == 401


def test_the_same_figures_are_counted_once_and_told_again_without_a_body(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache.clear()
    counted: list[RatioQuery] = []
    monkeypatch.setattr(ratio_kept, "table", lambda query: (counted.append(query), table(query))[1])
    api = machine("990101")
    first, second = get(api, RATIOS, basis="decided"), get(api, RATIOS, basis="decided")
    assert first.json() == second.json()
    assert len(counted) == 1
    same = {"if-none-match": first["ETag"]}
    again = api.get(RATIOS, {"ruleset": drawn.NAME, "basis": "decided"}, headers=same)
    assert (again.status_code, again.content, len(counted)) == (304, b"", 1)
    assert "private" in again["Cache-Control"]
    other = machine("990102").get(RATIOS, {"ruleset": drawn.NAME, "basis": "decided"}, headers=same)
    assert other.status_code == 200, "another county's reader has figures of his own"
    patch = Patch.objects.get(region__code="990101")
    facts.decide(patch, drawn.word())
    fresh = api.get(RATIOS, {"ruleset": drawn.NAME, "basis": "decided"}, headers=same)
    assert fresh.status_code == 200, "a decision is seen at once"
    assert fresh.json()["total"]["ratio"] != first.json()["total"]["ratio"]


@pytest.mark.parametrize("what", ["rejudged", "excluded", "regrouped", "renamed"])
def test_whatever_figures_rest_on_changes_their_tag(what: str) -> None:
    api = machine("990101")
    patch = Patch.objects.get(region__code="990101")
    before = get(api, RATIOS)["ETag"]
    assert get(api, RATIOS)["ETag"] == before
    if what == "rejudged":
        drawn.judge(patch, rules=drawn.LENIENT)
    elif what == "excluded":
        facts.exclude(patch, drawn.word(), reason_code="key_project")
    elif what == "regrouped":
        Batch.objects.filter(pk=patch.batch_id).update(period="2023Q4")
    else:
        Region.objects.filter(code="990101").update(name="改名县")
    assert get(api, RATIOS)["ETag"] != before
