"""Who sees what of a site check: units, counties, layers."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from spatial.errors import NotAllowed
from spatial.models import Layer
from spatial.scope import Scope, everything, scope_of
from spatial.site_check import what_if
from spatial.site_check.check import Asked, SiteUnknown, check, checks, found, share
from spatial.site_check.result import result
from spatial.site_check.shapes import shapes
from tests import drawing, people
from tests.site_ground import (
    AS_OF,
    PURPOSE,
    answers,
    bounded,
    checked,
    county,
    line,
    parcel,
    planner,
    seen,
)

pytestmark = pytest.mark.django_db
DAY = datetime.date


# ---------------------------------------------------------------- units


def test_another_unit_sees_it_when_it_is_shared_and_no_longer_when_it_is_not() -> None:
    county()
    mine, other = planner(), planner(unit="别的科")
    site = checked(mine)
    with pytest.raises(SiteUnknown):
        found(scope_of(other), site.id)
    with pytest.raises(SiteUnknown):
        share(found(scope_of(other), site.id), scope_of(other), shared=True)
    share(site, scope_of(mine), shared=True)
    theirs = found(scope_of(other), site.id)
    assert answers(result(theirs, scope_of(other))) == answers(result(site, scope_of(mine)))
    assert [patch.pk for patch in checks(scope_of(other))] == [site.id]
    with pytest.raises(NotAllowed, match="只有做这次检查的单位"):
        share(theirs, scope_of(other), shared=False)
    share(site, scope_of(mine), shared=False)
    assert list(checks(scope_of(other))) == []


def test_the_same_ground_of_two_units_is_two_checks() -> None:
    county()
    assert checked(planner()).id != checked(planner(unit="别的科")).id


def test_a_user_of_another_county_sees_nothing_of_it() -> None:
    county()
    county("990102")
    site = checked(planner())
    stranger = planner("990102", "乙县规划科")
    with pytest.raises(SiteUnknown):
        found(scope_of(stranger), site.id)
    share(site, scope_of(planner()), shared=True)
    with pytest.raises(SiteUnknown):
        found(scope_of(stranger), site.id)


def test_what_a_visitor_to_the_demo_asks_is_open_in_the_demo(settings: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    county()
    settings.DEMO = True
    visitor = scope_of(AnonymousUser())
    site = check([parcel(0, 0, 80, 10)], Asked(PURPOSE, AS_OF), visitor)
    assert found(visitor, site.id).patch.batch.shared
    settings.DEMO = False
    assert scope_of(AnonymousUser()) == Scope()


def test_what_the_command_line_asks_is_seen_by_nobody_else() -> None:
    county()
    site = check([parcel(0, 0, 80, 10)], Asked(PURPOSE, AS_OF), everything())
    assert not site.patch.batch.shared
    with pytest.raises(SiteUnknown):
        found(scope_of(planner()), site.id)


# ---------------------------------------------------------------- counties


def two_counties(**second: Any) -> None:
    """Side by side, 40 m of the eight cells in each; the townships tell where the line runs."""
    first = county(
        "990101", township={"draw": "TTTT", "T": {"code": "990101001"}},
        land_use={"draw": "GGGGGGGG", "G": {"code": "0301", "kcxs": 0},
                  "valid_from": DAY(2025, 12, 31)},
    )  # fmt: skip
    east, north = drawing.place_of(drawing.county("990102", "绘图县02"))
    moved = {"offset": [-east, -north]}
    other = county(
        "990102",
        township={"draw": "....TTTT", "T": {"code": "990102001", **moved}},
        land_use={"draw": "LLLLLLLL", "L": {"code": "0101", "kcxs": 0, **moved},
                  "valid_from": DAY(2025, 12, 31)},
        **{name: {**drawn, "Z": {**moved}} for name, drawn in second.items()},
    )  # fmt: skip
    bounded(first, -500, -500, 40, 500)
    bounded(other, 40, -500, 900, 500)


def test_ground_beyond_the_own_county_is_unchecked_in_every_line() -> None:
    two_counties(basic_farmland={"draw": "....ZZZZ"})
    by = planner()
    told = seen(checked(by), by)
    assert round(told["outside"]["area_m2"]) == 400
    assert told["outside"]["said"].startswith("区外 400.")
    assert set(answers(told).values()) <= {"inside_only", "hit"}
    for row in told["lines"]:
        assert "未核查" in row["said"]
        assert row["answer_term"] != "不涉及"
    farm = line(told, "basic_farm")
    assert (farm["answer"], farm["features"], farm["area_m2"]) == ("inside_only", [], 0)
    assert {row["code"]: round(row["area_m2"]) for row in told["land"]["rows"]} == {
        "farm": 400, "outside": 400,
    }  # fmt: skip
    assert [row["code"] for row in told["townships"]["rows"]] == ["990101001", "outside"]
    assert "990102" not in str(told["versions"])


def test_whoever_sees_both_counties_sees_all_of_it() -> None:
    two_counties(basic_farmland={"draw": "....ZZZZ"})
    from spatial.models import Region

    Region.objects.create(code="990100", name="示例市", level="city")
    by = planner("990100", "市规划科")
    told = seen(checked(by), by)
    assert told["outside"]["area_m2"] == 0
    farm = line(told, "basic_farm")
    assert (farm["answer"], round(farm["area_m2"])) == ("hit", 400)
    assert round(line(told, "on_cultivated")["area_m2"]) == 400
    assert [row["code"] for row in told["townships"]["rows"]] == ["990101001", "990102001"]


def test_ground_wholly_beyond_is_refused_by_name() -> None:
    two_counties()
    with pytest.raises(NotAllowed, match="全部在您的行政区之外（绘图县02）"):
        checked(planner(), parcel(60, 0, 80, 10))


def test_ground_in_no_registered_county_is_refused() -> None:
    from spatial.errors import InputRefused

    two_counties()
    with pytest.raises(InputRefused, match="不在任何已登记的县内"):
        checked(planner(), parcel(5000, 0, 5080, 10))


# ---------------------------------------------------------------- layers


@pytest.fixture
def secret_farmland() -> None:
    county(basic_farmland={"draw": "ZZ......", "Z": {"code": "永农-1"}})
    Layer.objects.filter(pk="basic_farmland").update(secrecy="secret")


@pytest.mark.usefixtures("secret_farmland")
def test_of_a_secret_layer_the_area_is_told_and_neither_records_nor_place() -> None:
    by = planner()
    site = checked(by)
    farm = line(seen(site, by), "basic_farm")
    assert (farm["answer"], round(farm["area_m2"])) == ("hit", 200)
    assert (farm["features"], farm["features_hidden"]) == ([], True)
    parts = [one["properties"] for one in shapes(site, scope_of(by))["features"]]
    assert "basic_farm" not in {one.get("code") for one in parts}
    with pytest.raises(NotAllowed, match="不能看“占用永久基本农田”的图形"):
        what_if.what_if(site, scope_of(by), lines=["basic_farm"])


@pytest.mark.usefixtures("secret_farmland")
def test_a_layer_without_the_right_to_its_verdict_is_not_listed() -> None:
    mine = planner()
    site = checked(mine)
    share(site, scope_of(mine), shared=True)
    admin = people.person("990101", "admin", unit="信息科")
    told = seen(found(scope_of(admin), site.id), admin)
    assert "basic_farm" not in answers(told)
    assert told["land"]["basic_farm"] is None
    assert {"kind": "unseen", "said": "永久基本农田：无权查看，未列"} in told["unchecked"]
    assert "1 项无权查看，未列" in told["summary"]["said"]
    assert "basic_farmland" not in str(told["versions"])
