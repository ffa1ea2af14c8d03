"""At the county line: a reader's own ground is drawn, what a zone holds beyond it is not."""

from __future__ import annotations

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from spatial import crs
from spatial.levels import build
from spatial.models import DatasetVersion, Region, Zone
from tests.people import person
from tests.tiles.conftest import Reader, draw, region, tile_at, url
from tests.tiles.test_zones import in_metres
from tiles.grid import Tile

pytestmark = pytest.mark.django_db

LAYER = "ecological_redline"
WIDE = "\n".join(["A" * 120] * 60)
"""1200 m by 600 m; the county line runs through its middle."""
CLOSE, FAR = (16, 15), (14, 12, 10)


@pytest.fixture
def line(brigade: Reader, monkeypatch: pytest.MonkeyPatch) -> DatasetVersion:
    """A red line of two counties, whole in the version of each (design 4.3), with levels."""
    monkeypatch.setattr("spatial.levels.plan.wants_levels", lambda *_: True)
    west = draw(LAYER, WIDE, A={"name": "跨县红线"})
    east = draw(LAYER, WIDE, "990102", A={"name": "跨县红线"})
    zone = west.zones.get()
    Zone.objects.filter(version=east).update(source_id=zone.source_id, geom=zone.geom)
    x0, y0, x1, y1 = zone.geom.extent
    middle = (x0 + x1) / 2
    _bound("990101", (x0 - 0.05, y0 - 0.05, middle, y1 + 0.05))
    _bound("990102", (middle, y0 - 0.05, x1 + 0.05, y1 + 0.05))
    return west


def _bound(code: str, box: tuple[float, float, float, float]) -> None:
    ground = GEOSGeometry(shapely.box(*box).wkt, srid=crs.STORAGE_SRID)
    Region.objects.filter(code=code).update(geom=MultiPolygon(ground, srid=crs.STORAGE_SRID))


def tiles_over(shape: shapely.Geometry, zoom: int) -> list[Tile]:
    zone = shapely.transform(shape, crs_to_degrees, interleaved=False)
    west, south, east, north = zone.bounds
    first, last = tile_at(zoom, west, north), tile_at(zoom, east, south)
    return [
        Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]


def crs_to_degrees(x: object, y: object) -> object:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:3857", "EPSG:4490", always_xy=True).transform(x, y)


def drawn(reader: Reader, whole: shapely.Geometry, zoom: int) -> tuple[shapely.Geometry, list[str]]:
    """All that the tiles of a zoom show of the layer, each tile's own square only."""
    shapes, labels = [], []
    for tile in tiles_over(whole, zoom):
        found = reader.tile(LAYER, tile=tile)
        square = shapely.box(*tile.bounds_m)
        shapes += [one["shape"].buffer(0) & square for one in found.get(LAYER, [])]
        labels += [one["label"] for one in found.get(f"{LAYER}-labels", [])]
    return shapely.union_all(shapes), labels


def test_what_the_line_cuts_is_asked_for_again(line: DatasetVersion, brigade: Reader) -> None:
    """The boundary may be drawn anew; a tile of the county's own ground alone is kept."""
    kept = set()
    for tile in tiles_over(in_metres(line.zones.get()), 16):
        cache = brigade.get(url(LAYER, line.pk, tile))["Cache-Control"]
        west, _, east, _ = tile.bounds_m
        middle = in_metres(line.zones.get()).centroid.x
        if west < middle < east:
            assert "immutable" not in cache
        elif east < middle:
            kept.add("immutable" in cache)
    assert kept == {True}


@pytest.mark.parametrize("has_levels", [False, True])
@pytest.mark.parametrize("zoom", [*CLOSE, *FAR])
def test_nothing_beyond_the_county_line(
    line: DatasetVersion, brigade: Reader, stranger: Reader, zoom: int, *, has_levels: bool
) -> None:
    if has_levels:
        for version in DatasetVersion.objects.filter(layer=LAYER):
            build.build(version)
    whole = in_metres(line.zones.get())
    x0, y0, x1, y1 = whole.bounds
    half = shapely.box(x0, y0, (x0 + x1) / 2, y1)
    pixel = 40075016.7 / 2**zoom / 512
    seen, _ = drawn(brigade, whole, zoom)
    allowed = 1.5 * pixel * (y1 - y0) + 0.02 * half.area
    assert (seen - half).area < allowed, "what lies beyond is not theirs to see"
    assert (half - seen).area < allowed, "their own half is whole"
    beyond, _ = drawn(stranger, whole, zoom)
    assert (beyond & half).area < allowed


@pytest.mark.parametrize("zoom", [15, 12])
def test_who_has_both_counties_sees_one_whole_zone(line: DatasetVersion, zoom: int) -> None:
    for version in DatasetVersion.objects.filter(layer=LAYER):
        build.build(version)
    both, whole = Reader(person("990100", "brigade")), in_metres(line.zones.get())
    seen, labels = drawn(both, whole, zoom)
    assert (whole - seen).area < 0.03 * whole.area
    assert seen.buffer(0.1).geom_type == "Polygon", "no slit along the line between the two"
    assert labels == ["跨县红线"]


def test_under_a_point_beyond_the_line_nothing_is_told(
    line: DatasetVersion, brigade: Reader, stranger: Reader
) -> None:
    west, south, east, north = line.zones.get().geom.extent
    y = (south + north) / 2

    def told(reader: Reader, share: float) -> int:
        x = west + share * (east - west)
        (layer,) = reader.get(f"/tiles/identify?lng={x}&lat={y}&layers={LAYER}").json()["layers"]
        return len(layer["features"])

    assert [told(brigade, 0.25), told(brigade, 0.75)] == [1, 0]
    assert [told(stranger, 0.25), told(stranger, 0.75)] == [0, 1]


def test_the_tag_follows_the_boundary(line: DatasetVersion, brigade: Reader) -> None:
    address = url(LAYER, "live", tile_at(12))
    tag = brigade.get(address)["ETag"]
    assert brigade.get(address, if_none_match=tag).status_code == 304
    x0, y0, x1, y1 = line.zones.get().geom.extent
    _bound("990101", (x0 - 0.05, y0 - 0.05, x0 + 0.3 * (x1 - x0), y1 + 0.05))
    assert brigade.get(address, if_none_match=tag).status_code == 200


def test_without_a_registered_boundary_zones_are_drawn_whole(
    line: DatasetVersion, brigade: Reader
) -> None:
    Region.objects.filter(pk=region().pk).update(geom=None)
    whole = in_metres(line.zones.get())
    seen, _ = drawn(brigade, whole, 15)
    assert (whole - seen).area < 0.03 * whole.area
