"""What a version changes, by ground and not by the source's marks; and taking it back whole."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import shapely
from django.core.management import call_command

from imports import activate, version_diff
from imports.models import Delivery
from spatial.errors import InputRefused
from spatial.models import Zone
from spatial.scope import scope_of
from tests.imports.conftest import EAST, WEST, square
from tests.imports.versioned import LATER, PAPER, active, land, paper, part, stage, version_of
from tests.people import person

pytestmark = pytest.mark.django_db

HALF = 0.0005


def counts(diff) -> dict[str, int]:
    return {change: row["zones"] for change, row in diff.changes.items() if row["zones"]}


def test_a_redelivery_that_numbers_everything_anew_changes_nothing(counties, tmp_path):
    shapes = [square(119.95 + at / 500, 33.05) for at in range(3)]
    old = active(tmp_path, "a.gpkg", land("0101", "0201", "0601"), shapes)
    turned = [shapely.Polygon([*list(one.exterior.coords)[2:-1], *one.exterior.coords[:3]])
              for one in shapes]  # fmt: skip
    new = version_of(
        stage(tmp_path, "b.gpkg", land("0601", "0101", "0201", mark="N"),
              [turned[2], turned[0], turned[1]], day=LATER)
    )  # fmt: skip
    diff = version_diff.compare(old, new)
    assert counts(diff) == {"same": 3}
    assert diff.is_same
    assert version_diff.features(diff)["features"] == []


def test_ground_that_moves_between_classes_is_measured_by_the_exact_overlay(counties, tmp_path):
    whole = square(119.95, 33.05)
    other = square(119.96, 33.05)
    old = active(tmp_path, "a.gpkg", land("0101", "0201"), [whole, other])
    halves = [part(119.95, HALF), part(119.95 + HALF, HALF)]
    new = version_of(
        stage(tmp_path, "b.gpkg", land("0101", "0601", "0201", mark="N"), [*halves, other],
              day=LATER)
    )  # fmt: skip
    diff = version_diff.compare(old, new)
    assert counts(diff) == {"added": 1, "changed": 1, "same": 1}
    (move,) = [row for row in diff.numbers["moves"] if row["kind"] == "moved"]
    assert (move["before"], move["after"]) == ("0101", "0601")
    activate.activate(Delivery.objects.get(versions=new))
    built = Zone.objects.get(version=new, code="0601").area_m2
    assert Decimal(move["area_m2"]) == pytest.approx(built, abs=Decimal("0.01"))
    # the new corners lie between two degrees, not on the plane's straight line: a hair of ground
    assert all(Decimal(diff.numbers[name]) < 1 for name in ("gained_m2", "lost_m2"))


def test_gained_and_lost_ground_close_the_sum(counties, tmp_path):
    kept, gone, came = (square(119.95 + at / 500, 33.05) for at in range(3))
    farm = {"layer": "basic_farmland"}
    old = active(tmp_path, "a.gpkg", [{"BSM": "1"}, {"BSM": "2"}], [kept, gone], **farm)
    wider = shapely.box(119.95, 33.05, 119.9515, 33.051)
    new = version_of(
        stage(tmp_path, "b.gpkg", [{"BSM": "1"}, {"BSM": "3"}], [wider, came], day=LATER, **farm)
    )
    found = version_diff.compare(old, new).numbers
    was, now, gained, lost = (
        Decimal(found[name]) for name in ("old_area_m2", "new_area_m2", "gained_m2", "lost_m2")
    )
    assert gained > lost > 0
    assert was + gained - lost == pytest.approx(now, abs=Decimal("0.02"))


def test_ground_that_a_zone_in_both_versions_covers_is_not_gained(counties, tmp_path):
    below = shapely.box(119.95, 33.05, 119.952, 33.051)
    farm = {"layer": "basic_farmland"}
    old = active(tmp_path, "a.gpkg", [{"BSM": "1"}], [below], **farm)
    above = part(119.951, HALF)
    new = version_of(
        stage(tmp_path, "b.gpkg", [{"BSM": "1"}, {"BSM": "2"}], [below, above], day=LATER, **farm)
    )
    diff = version_diff.compare(old, new)
    assert counts(diff) == {"added": 1, "same": 1}
    # its edge has other corners than the zone's below: a hair of ground, not half a hectare
    assert Decimal(diff.numbers["gained_m2"]) < Decimal("0.1")


def test_what_is_only_told_otherwise_names_its_fields(counties, tmp_path):
    shape = [square(119.95, 33.05)]
    old = active(tmp_path, "a.gpkg", [{"DLBM": "0101", "QSXZ": "30"}], shape)
    new = version_of(stage(tmp_path, "b.gpkg", [{"DLBM": "0101", "QSXZ": "20"}], shape, day=LATER))
    diff = version_diff.compare(old, new)
    assert counts(diff) == {"told": 1}
    assert diff.numbers["fields"] == [{"field": "ownership", "zones": 1, "term": "权属性质"}]
    assert [item["properties"]["kind"] for item in version_diff.features(diff)["features"]] == [
        "told"
    ]


def test_without_an_earlier_version_all_is_new(counties, tmp_path):
    new = version_of(stage(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)]))
    diff = version_diff.compare(version_diff.predecessor(new), new)
    assert counts(diff) == {"added": 1}
    assert Decimal(diff.numbers["gained_m2"]) > 1000


def test_versions_of_different_layers_or_counties_are_not_compared(counties, tmp_path):
    one = active(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)])
    other = active(tmp_path, "b.gpkg", [{"BSM": "1"}], [square(119.95, 33.05)],
                   layer="basic_farmland")  # fmt: skip
    east = active(tmp_path, "c.gpkg", land("0101"), [square(120.05, 33.05)], region=EAST)
    with pytest.raises(InputRefused, match="不是同一图层"):
        version_diff.compare(one, other)
    with pytest.raises(InputRefused, match="不是同一县"):
        version_diff.compare(one, east)


def test_changed_ground_is_drawn_for_those_whose_county_and_layer_it_is(counties, tmp_path):
    new = version_of(stage(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)]))
    diff = version_diff.compare(None, new)
    mine = version_diff.features(diff, scope_of(person(WEST, "brigade")))
    assert mine["features"][0]["properties"]["after"].startswith("0101")
    assert version_diff.features(diff, scope_of(person(EAST, "brigade")))["features"] == []
    new.layer.secrecy = "secret"
    new.layer.save()
    assert version_diff.features(diff, scope_of(person(WEST, "planner")))["features"] == []


def test_a_ledger_delivery_is_told_row_by_row(counties, tmp_path):
    one, two, three = (square(119.95 + at / 500, 33.05) for at in range(3))
    told = [{**PAPER, "BSM": str(at)} for at in range(3)]
    activate.activate(paper(tmp_path, "a.gpkg", told[:2], [one, two]))
    again = [told[0], {**told[1], "PZRQ": "2024-02-06"}, told[2]]
    staged = version_of(paper(tmp_path, "b.gpkg", again, [one, two, three]))
    diff = version_diff.compare(version_diff.predecessor(staged), staged)
    assert diff.numbers["row_counts"] == {"added": 1, "amended": 1, "withdrawn": 0}
    amended = next(row for row in diff.numbers["rows"] if row["change"] == "amended")
    assert [(item["term"], item["old"], item["new"]) for item in amended["fields"]] == [
        ("批准日期", "2024-01-05", "2024-02-06")
    ]
    activate.activate(Delivery.objects.get(versions=staged))
    staged.refresh_from_db()
    kept = version_diff.compare(version_diff.predecessor(staged), staged)
    assert kept.numbers["row_counts"] == diff.numbers["row_counts"]


def test_what_a_delivery_would_withdraw_is_told(counties, tmp_path):
    one, two = (square(119.95 + at / 500, 33.05) for at in range(2))
    activate.activate(paper(tmp_path, "a.gpkg", [{**PAPER, "BSM": "甲"}], [one]))
    other = {**PAPER, "PZWH": "示政地〔2024〕2号", "BSM": "乙"}
    staged = version_of(paper(tmp_path, "b.gpkg", [other], [two], withdraw=PAPER["PZWH"]))
    diff = version_diff.compare(version_diff.predecessor(staged), staged)
    assert diff.numbers["row_counts"] == {"added": 1, "amended": 0, "withdrawn": 1}
    assert Decimal(diff.numbers["lost_m2"]) > 1000


def run(capsys, *words: str) -> str:
    call_command(*words)
    return capsys.readouterr().out


def test_the_command_prints_areas_and_writes_the_ground(counties, tmp_path, capsys):
    active(tmp_path, "a.gpkg", land("0101"), [square(119.95, 33.05)])
    new = version_of(stage(tmp_path, "b.gpkg", land("0601"), [square(119.95, 33.05)], day=LATER))
    file = tmp_path / "change.geojson"
    said = run(capsys, "versions", "diff", str(new.pk), "--geojson", str(file))
    assert "0101 水田 → 0601 工业用地" in said
    (feature,) = json.loads(file.read_text())["features"]
    assert feature["properties"]["kind"] == "moved"
    told = json.loads(run(capsys, "versions", "diff", str(new.pk), "--json"))
    assert told["moves"][0]["area_m2"] == told["moved_m2"]
