"""Tiles drawn from levels: who sees them, when they change, what they never hinder."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.utils import timezone

from spatial import sqlfiles
from spatial.levels import build, make
from spatial.models import DatasetVersion, Job, Layer, LevelSet, Zone
from spatial.tasks import look_for_missing_levels
from tests.people import person
from tests.tiles.conftest import LAT, LNG, Reader, draw, tile_at, url

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

HALVES = "\n".join(["A" * 60 + "B" * 60] * 60)
"""Two grounds of 600 m by 600 m."""
CLASSES: dict[str, Any] = {
    "A": {"code": "0101", "code_name": "水田"}, "B": {"code": "0301", "code_name": "乔木林地"},
}  # fmt: skip


def survey(county: str = "990101", **told: Any) -> DatasetVersion:
    return draw("land_use", HALVES, county, **CLASSES, **told)


def test_far_out_groups_near_by_zones(brigade: Reader) -> None:
    version = survey()
    before = brigade.tile("land_use", z=12)["land_use"]
    assert {feature["code"] for feature in before} == {"0101", "0301"}, "drawn from the zones"
    build.build(version)
    for z in (6, 8, 10, 12, 13):
        found = brigade.tile("land_use", z=z).get("land_use", [])
        assert all(set(feature) == {"group", "fid", "shape"} for feature in found), z
        if z >= 10:
            assert {feature["group"] for feature in found} == {"cultivated", "forest"}
    for z in (14, 15, 16):
        zones = {
            feature["code"]: feature["id"] for feature in brigade.tile("land_use", z=z)["land_use"]
        }
        assert zones.items() <= {zone.code: zone.pk for zone in version.zones.all()}.items()
        assert zones


def test_what_lies_under_a_point_is_told_from_the_zones(brigade: Reader) -> None:
    version = survey()
    asked = f"/tiles/identify?lng={LNG}&lat={LAT}&layers=land_use"
    before = brigade.get(asked).json()["layers"]
    build.build(version)
    assert brigade.get(asked).json()["layers"] == before
    assert before[0]["features"][0]["code"] == "0101"


def test_another_county_gets_nothing_cached_or_not(brigade: Reader, stranger: Reader) -> None:
    version = survey()
    build.build(version)
    for z in (6, 10, 12, 14):
        for asked in ("live", version.pk):
            address = url("land_use", asked, tile_at(z))
            mine = brigade.get(address)
            assert mine.content
            for headers in ({}, {"if_none_match": mine["ETag"]}):
                answer = stranger.get(address, **headers)
                assert (answer.status_code, answer.content) == (200, b""), (z, asked, headers)
                assert answer["ETag"] != mine["ETag"]


def test_each_county_is_added_from_its_own_levels(brigade: Reader) -> None:
    both = Reader(person("990100", "brigade"))
    build.build(survey())
    survey("990102")  # has none yet
    found = both.tile("land_use", z=10)  # drawings of two counties lie a kilometre apart
    assert set(found) == {"land_use"}, "each layer once, from levels and zones alike"
    assert sorted("id" in feature for feature in found["land_use"]) == [False, False, True, True]


def test_a_secret_layer_is_refused_at_every_zoom(brigade: Reader) -> None:
    build.build(survey())
    Layer.objects.filter(code="land_use").update(secrecy="secret")
    for z in (8, 12, 14):
        assert brigade.get(url("land_use", "live", tile_at(z))).status_code == 403


def test_without_identify_a_level_says_no_more_than_colours(brigade: Reader) -> None:
    build.build(survey())
    found = Reader(person("990101", "admin")).tile("land_use", z=14)
    assert {frozenset(feature) for feature in found["land_use"]} == {
        frozenset(("id", "group", "fid", "shape"))
    }


def test_a_zone_of_two_counties_is_drawn_and_labelled_once(brigade: Reader, monkeypatch) -> None:
    monkeypatch.setattr("spatial.levels.plan.wants_levels", lambda *_: True)
    both = Reader(person("990100", "brigade"))
    one = draw("ecological_redline", HALVES.replace("B", "A"), A={"name": "跨县红线"})
    two = draw("ecological_redline", HALVES.replace("B", "A"), "990102", A={"name": "跨县红线"})
    Zone.objects.filter(version=two).update(source_id=one.zones.get().source_id)
    build.build(one)
    build.build(two)
    found = both.tile("ecological_redline", z=12)
    assert [feature["name"] for feature in found["ecological_redline"]] == ["跨县红线"]
    assert [label["label"] for label in found["ecological_redline-labels"]] == ["跨县红线"]
    assert len(brigade.tile("ecological_redline", z=12)["ecological_redline"]) == 1


def test_the_tag_follows_the_levels(brigade: Reader) -> None:
    version = survey()
    address = url("land_use", "live", tile_at(12))
    tags = [brigade.get(address)["ETag"]]
    for _ in range(2):
        build.build(version)
        answer = brigade.get(address, if_none_match=tags[-1])
        assert answer.status_code == 200
        tags.append(answer["ETag"])
    assert len(set(tags)) == 3
    assert brigade.get(address, if_none_match=tags[-1]).status_code == 304
    near = url("land_use", "live", tile_at(16))
    tag = brigade.get(near)["ETag"]
    build.build(version)
    assert brigade.get(near, if_none_match=tag).status_code == 304, "zones did not change"


def test_gapless_where_two_counties_meet(brigade: Reader) -> None:
    """The border between counties is the same line in both, at every level."""
    wavy = [(0, 0), *((600 + 9 * (n % 3), n * 10) for n in range(61)), (0, 600)]
    east = [(1200, 0), *((600 + 9 * (n % 3), n * 10) for n in range(61)), (1200, 600)]
    from tests.drawing import ORIGIN_EAST, ORIGIN_NORTH

    def lay(corners: list[tuple[float, float]], county: str) -> shapely.Polygon:
        north = ORIGIN_NORTH - 1000 * (int(county) - 990101)  # each county draws a km farther on
        return shapely.Polygon([(ORIGIN_EAST + x, north + y) for x, y in corners])

    for county, corners in (("990101", wavy), ("990102", east)):
        made = draw("land_use", "A", county, A={"code": "0101", "plane": lay(corners, county)})
        build.build(made)
    both = Reader(person("990100", "brigade"))
    parts = [feature["shape"] for feature in both.tile("land_use", z=12)["land_use"]]
    assert len(parts) == 2
    whole = shapely.union_all(parts)
    assert shapely.get_num_interior_rings(whole) == 0
    assert whole.area == pytest.approx(sum(part.area for part in parts))


# ------------------------------------------------------- activation, rebuilding, dropping


def test_once_committed_an_activation_has_levels_and_what_it_retires_has_none(
    brigade: Reader, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    old, new = survey(), survey()
    build.build(old)
    said: list[str] = []
    DatasetVersion.objects.filter(pk=old.pk).update(status="retired", retired_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        build.after_commit([new], lambda phase, done=0, total=0: said.append(phase))
    assert [row.pk for row in LevelSet.objects.all()] == [new.pk]
    assert any("概略图" in phase for phase in said)
    assert brigade.tile("land_use", old.pk, z=12)["land_use"][0]["code"], "from the zones again"


def test_a_fault_in_building_undoes_nothing(
    brigade: Reader, monkeypatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    version = survey()

    def breaks(*_: Any, **__: Any) -> Any:
        raise shapely.GEOSException("side location conflict")

    monkeypatch.setattr(make, "levels_of", breaks)
    with django_capture_on_commit_callbacks(execute=True):
        build.after_commit([version])
    assert not LevelSet.objects.exists()
    assert {feature["code"] for feature in brigade.tile("land_use", z=12)["land_use"]} == {
        "0101", "0301",
    }  # fmt: skip


def test_what_was_missed_is_queued_once(brigade: Reader) -> None:
    survey()
    look_for_missing_levels()
    look_for_missing_levels()
    assert Job.objects.filter(kind="build_levels").count() == 1


def test_a_small_layer_is_looked_at_once(brigade: Reader) -> None:
    version = draw("basic_farmland", "A", A={"code": "1"})
    assert build.build(version).numbers == {}
    assert not build.missing().filter(pk=version.pk).exists()
    assert brigade.tile("basic_farmland", z=14)["basic_farmland"]


def told(*arguments: object, **options: Any) -> Any:
    out = StringIO()
    call_command("build_tiles", *arguments, json=True, stdout=out, stderr=StringIO(), **options)
    return json.loads(out.getvalue())


def test_build_tiles(brigade: Reader) -> None:
    version, gone = survey(), survey()
    build.build(gone)
    DatasetVersion.objects.filter(pk=gone.pk).update(status="retired", retired_at=timezone.now())
    foretold = told(dry_run=True)
    assert [entry["version"] for entry in foretold["built"]] == [version.pk]
    assert foretold["dropped"] == [gone.pk]
    assert LevelSet.objects.filter(pk=gone.pk).exists(), "a dry run writes nothing"
    done = told()
    assert done["built"][0]["levels"]["12"]["polygons"] == 2
    assert told() == {"built": [], "dropped": []}
    assert [entry["version"] for entry in told(version.pk)["built"]] == [version.pk]
    assert [entry["version"] for entry in told(all=True)["built"]] == [version.pk]
    assert not sqlfiles.rows("levels/20_list_zones", {"version_id": 0, "groups": "{}"})
    with pytest.raises(CommandError, match=rf"{gone.pk} 不是在用的快照"):
        told(gone.pk)
