"""Tiles of zones: what they say, which version, for whom."""

from __future__ import annotations

import datetime

import pytest
import shapely
from pyproj import Transformer

from spatial.models import Layer, Zone
from tests.people import person
from tests.tiles.conftest import LAT, LNG, Reader, draw, region, tile_at, url
from tiles.grid import Tile

pytestmark = pytest.mark.django_db

PLOTS = """
AAB
AAB
"""


def in_metres(zone: Zone) -> shapely.Geometry:
    turn = Transformer.from_crs("EPSG:4490", "EPSG:3857", always_xy=True)
    geom = shapely.from_wkb(bytes(zone.geom.wkb))
    return shapely.transform(geom, turn.transform, interleaved=False)


def test_a_tile_says_class_and_place(brigade: Reader) -> None:
    version = draw("land_use", PLOTS, A={"code": "0101", "code_name": "水田"}, B={"code": "0602"})
    found = brigade.tile("land_use")
    assert set(found) == {"land_use", "land_use-labels"}
    by_code = {feature["code"]: feature for feature in found["land_use"]}
    zones = {zone.code: zone for zone in version.zones.all()}
    assert {code: feature["group"] for code, feature in by_code.items()} == {
        "0101": "cultivated", "0602": "construction",
    }  # fmt: skip
    for code, feature in by_code.items():
        assert feature["id"] == feature["fid"] == zones[code].pk
        expected = in_metres(zones[code])
        assert shapely.hausdorff_distance(feature["shape"], expected) < 0.3
    labels = found["land_use-labels"]
    assert [(label["label"], label["id"]) for label in labels] == [("水田", zones["0101"].pk)]
    assert in_metres(zones["0101"]).contains(labels[0]["shape"])


def test_versions_by_id_by_date_and_live(brigade: Reader) -> None:
    old = draw("basic_farmland", "A", valid_from=datetime.date(2019, 1, 1), A={"code": "old"})
    new = draw("basic_farmland", "B", valid_from=datetime.date(2022, 1, 1), B={"code": "new"})
    draw("basic_farmland", "C", valid_from=datetime.date(2999, 1, 1), C={"code": "future"})

    def codes(version: object) -> list[str]:
        tile = tile_at(14, LNG, LAT)
        return [f["code"] for f in brigade.tile("basic_farmland", version, tile=tile).get(
            "basic_farmland", [])]  # fmt: skip

    assert codes(old.pk) == codes("2020-06-01") == codes("2021-12-31") == ["old"]
    assert codes(new.pk) == codes("2022-01-01") == codes("live") == ["new"]
    assert codes("2018-01-01") == []


def test_an_ended_or_declared_version_is_empty(brigade: Reader) -> None:
    draw("river_line", "A", A={"name": "河"}, valid_until=datetime.date(2010, 1, 1))
    assert brigade.tile("river_line", "2005-01-01")
    assert brigade.tile("river_line", "2010-01-01") == {}
    draw("river_line", {"declared_empty": True, "valid_from": datetime.date(2005, 1, 1)})
    assert brigade.tile("river_line", "2006-01-01") == {}


def test_a_ledger_shows_open_rows_and_what_was_known(brigade: Reader) -> None:
    def at(year: int) -> datetime.datetime:
        return datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)

    ledger = draw(
        "approval", "AB",
        A={"document": "甲", "recorded_from": at(2020), "recorded_until": at(2023)},
        B={"document": "乙", "recorded_from": at(2023)},
    )  # fmt: skip

    def papers(version: object) -> list[str]:
        found = brigade.tile("approval", version)
        return [feature["document"] for feature in found.get("approval", [])]

    assert papers("live") == papers(ledger.pk) == ["乙"]
    assert papers("2021-06-01") == ["甲"]
    assert papers("2019-06-01") == []


def test_one_layer_and_one_feature_over_two_counties(brigade: Reader) -> None:
    both = Reader(person("990100", "brigade"))
    one = draw("ecological_redline", "AA", A={"name": "跨县红线"})
    two = draw("ecological_redline", "AA", "990102", A={"name": "跨县红线"})
    Zone.objects.filter(version=two).update(source_id=one.zones.get().source_id)
    draw("ecological_redline", "B", "990201", B={"name": "别市"})
    found = both.tile("ecological_redline")
    assert [feature["name"] for feature in found["ecological_redline"]] == ["跨县红线"]
    assert len(found["ecological_redline-labels"]) == 1
    assert len(brigade.tile("ecological_redline")["ecological_redline"]) == 1


def test_a_label_lies_in_one_of_the_neighbouring_tiles(brigade: Reader) -> None:
    rows = "\n".join(["A" * 400] * 200)  # 4 km by 2 km, many tiles of zoom 15
    draw("planning_zone", rows, A={"code": "07", "class": "居住"})
    middle = tile_at(15)
    features = labels = 0
    for x in range(middle.x - 1, middle.x + 6):
        for y in range(middle.y - 3, middle.y + 2):
            found = brigade.tile("planning_zone", tile=Tile(15, x, y))
            features += len(found.get("planning_zone", []))
            labels += len(found.get("planning_zone-labels", []))
    assert features > 4
    assert labels == 1


def test_the_huge_are_cut_the_small_left_out(brigade: Reader) -> None:
    ring = shapely.Point(0, 0).buffer(30_000, quad_segs=2000)  # 8 000 vertices
    centre = shapely.transform(ring, lambda xy: xy + (500_000, 3_700_000))
    draw("ecological_redline", "AB", A={"name": "大", "plane": centre}, B={"name": "小"})
    wide = brigade.tile("ecological_redline", z=8)["ecological_redline"]
    assert [feature["name"] for feature in wide] == ["大"]
    near = brigade.tile("ecological_redline", z=16)["ecological_redline"]
    assert {feature["name"] for feature in near} == {"大", "小"}
    big = next(feature for feature in near if feature["name"] == "大")
    west, south, east, north = tile_at(16).bounds_m
    assert big["shape"].contains(shapely.box(west, south, east, north))
    assert big["shape"].area < 1.1 * (east - west) ** 2


def test_below_its_zoom_a_layer_is_empty(brigade: Reader) -> None:
    draw("parcel", PLOTS)
    assert brigade.tile("parcel", z=13) == {}
    assert brigade.tile("parcel", z=14)["parcel"]


# ---------------------------------------------------------------- who


def test_another_county_gets_nothing(brigade: Reader, stranger: Reader) -> None:
    version = draw("basic_farmland", PLOTS)
    for asked in ("live", version.pk, "2024-01-01"):
        assert brigade.tile("basic_farmland", asked)
        answer = stranger.get(url("basic_farmland", asked, tile_at(16)))
        assert (answer.status_code, answer.content) == (200, b"")


def test_a_secret_layer_is_refused(brigade: Reader) -> None:
    draw("parcel", PLOTS)
    Layer.objects.filter(code="parcel").update(secrecy="secret")
    for address in (url("parcel", "live", tile_at(15)), "/tiles/parcel/live.json"):
        answer = brigade.get(address)
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
    listed = brigade.get("/tiles/").json()["layers"]
    assert "parcel" not in [layer["id"] for layer in listed]
    reviewer = Reader(person("990101", "reviewer"))
    assert reviewer.tile("parcel", z=15)["parcel"]
    assert reviewer.get(url("parcel", "live", tile_at(16))).status_code == 403


def test_a_deep_tile_is_an_export(brigade: Reader) -> None:
    draw("basic_farmland", PLOTS)
    official = Reader(person("990101", "official"))
    assert official.get(url("basic_farmland", "live", tile_at(16))).status_code == 403
    assert official.tile("basic_farmland", z=15)
    assert official.get("/tiles/basic_farmland/live.json").json()["maxzoom"] == 15
    assert brigade.get("/tiles/basic_farmland/live.json").json()["maxzoom"] == 16
    draw("township", PLOTS, A={"name": "乡"})  # public: everybody may export
    assert official.tile("township", z=16)


def test_without_identify_only_what_is_drawn(brigade: Reader) -> None:
    draw("land_use", PLOTS, A={"code": "0101", "code_name": "水田"}, B={"code": "0602"})
    found = Reader(person("990101", "admin")).tile("land_use", z=15)
    assert set(found) == {"land_use"}
    assert {frozenset(feature) for feature in found["land_use"]} == {
        frozenset(("id", "group", "fid", "shape"))
    }


def test_staged_versions_are_for_who_imports(brigade: Reader) -> None:
    version = draw("basic_farmland", PLOTS)
    type(version).objects.update(status="staged")
    importer = Reader(person("990101", "data_admin"))
    assert importer.tile("basic_farmland", version.pk)
    assert brigade.get(url("basic_farmland", version.pk, tile_at(14))).status_code == 404
    assert brigade.tile("basic_farmland") == {}


def test_visitors(regions: None, settings) -> None:
    draw("township", PLOTS, A={"name": "乡"})
    nobody = Reader(None)
    answer = nobody.get(url("township", "live", tile_at(15)))
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    settings.DEMO = True
    assert nobody.tile("township", z=15)
    assert region().code.startswith("99")
