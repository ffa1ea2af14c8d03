"""Tiles of images."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from django.contrib.gis.geos import MultiPolygon
from PIL import Image as Picture
from rasterio.transform import from_origin
from rasterio.warp import transform

from imports.image_versions import withdraw
from imports.rasters import load_raster
from spatial.models import Image, Region
from tests.people import person, square
from tests.tiles.conftest import Reader, tile_at
from tiles import imagery
from tiles.grid import Tile

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 3, 1)
WEST, NORTH, PIXEL, SIDE = 117.0, 33.5, 0.00001, 1500
"""A metre a pixel; 0.015 degrees wide."""
CENTRE = (WEST + PIXEL * SIDE / 2, NORTH - PIXEL * SIDE / 2)


def halves(kind: str, low: float, high: float) -> np.ndarray:
    """West dark, east bright, in three bands that differ."""
    values = np.full((3, SIDE, SIDE), low, dtype=kind)
    values[:, :, SIDE // 2 :] = high
    values[2] //= 2
    return values


def write(path: Path, values: np.ndarray, mask: np.ndarray | None = None, **more: Any) -> Path:
    profile = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": len(values),
               "dtype": values.dtype, "crs": "EPSG:4490",
               "transform": from_origin(WEST, NORTH, PIXEL, PIXEL), **more}  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as file:
        file.write(values)
        if mask is not None:
            file.write_mask(mask)
    return path


@pytest.fixture
def store(regions: None, tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    Region.objects.filter(code="990101").update(geom=square(WEST, NORTH - 0.1, 0.1))
    Region.objects.filter(code="990102").update(geom=square(118, 30, 0.1))
    return tmp_path


def address(image: Image, tile: Tile) -> str:
    return f"/imagery/{image.pk}/{tile.z}/{tile.x}/{tile.y}.webp"


def look(reader: Reader, image: Image, tile: Tile) -> np.ndarray:
    answer = reader.get(address(image, tile))
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "image/webp"
    return np.asarray(Picture.open(io.BytesIO(answer.content)).convert("RGBA"))


def test_a_tile_shows_the_image(brigade: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    for z in (12, 14, 16):
        seen = look(brigade, image, tile_at(z, CENTRE[0] + 0.002, CENTRE[1]))
        east = seen[(seen[..., 3] == 255) & (seen[..., 0] > 120)]
        assert len(east)
        assert abs(int(np.median(east[:, 0])) - 200) < 12
        assert abs(int(np.median(east[:, 2])) - 100) < 12
    wide = look(brigade, image, tile_at(12, *CENTRE))
    assert (wide[..., 3] == 0).any()
    outside = brigade.get(address(image, tile_at(14, WEST + 1, NORTH)))
    assert (outside.status_code, outside.content) == (204, b"")
    assert brigade.get(address(image, Tile(0, 0, 0))).status_code in (200, 204)


def test_sixteen_bits_are_stretched(brigade: Reader, store: Path) -> None:
    path = write(store / "b.tif", halves("uint16", 800, 3000))
    image = load_raster(path, taken_on=DAY).image
    seen = look(brigade, image, tile_at(16, CENTRE[0] + 0.004, CENTRE[1]))
    assert seen[seen[..., 3] == 255][:, 0].min() > 240
    raw = store / "media" / "imagery" / "raw.tif"  # a file that was not stretched on the way in
    write(raw, halves("uint16", 800, 3000))
    Image.objects.update(file="imagery/raw.tif", stretch={"bounds": [[0, 6000]] * 3})
    seen = look(brigade, image, tile_at(16, CENTRE[0] + 0.004, CENTRE[1]))
    assert abs(int(np.median(seen[seen[..., 3] == 255][:, 0])) - 128) < 6


def test_masks_and_alpha_are_transparent(brigade: Reader, store: Path) -> None:
    mask = np.full((SIDE, SIDE), 255, dtype="uint8")
    mask[:, SIDE // 2 :] = 0
    masked = load_raster(write(store / "c.tif", halves("uint8", 90, 91), mask), taken_on=DAY).image
    banded = np.concatenate([halves("uint8", 90, 91), mask[None]])
    path = write(store / "d.tif", banded, photometric="RGB", alpha="YES")
    with_alpha = load_raster(path, taken_on=DAY).image
    for image in (masked, with_alpha):
        for z in (12, 16):
            seen = look(brigade, image, tile_at(z, CENTRE[0] - 0.004, CENTRE[1]))
            assert seen[..., 3].max() == 255
        east = brigade.get(address(image, tile_at(17, CENTRE[0] + 0.004, CENTRE[1])))
        assert east.status_code == 204


def test_the_overview_is_chosen_by_zoom(brigade: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    path = imagery.path_of(image)
    with rasterio.open(path) as source:
        assert source.overviews(1)
    levels = [imagery._overview(str(path), 0, z) for z in (9, 16, 20)]
    assert levels[0] == len(imagery._levels(str(path), 0)[0]) - 1
    assert levels[1:] == [0 if PIXEL * 2 * 111_000 <= 2.39 else None, None]


def test_304_and_caches(brigade: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    for place in (CENTRE, (WEST + 1, NORTH)):
        first = brigade.get(address(image, tile_at(15, *place)))
        assert "private" in first["Cache-Control"]
        again = brigade.get(address(image, tile_at(15, *place)), if_none_match=first["ETag"])
        assert again.status_code == 304


def test_what_a_boundary_cuts_is_asked_for_again(brigade: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    for tile, is_kept in ((tile_at(16, *CENTRE), True), (tile_at(12, WEST, CENTRE[1]), False)):
        answer = brigade.get(address(image, tile))
        again = brigade.get(address(image, tile), if_none_match=answer["ETag"])
        for each in (answer, again):
            assert ("immutable" in each["Cache-Control"]) is is_kept


def test_who_may_see_it(brigade: Reader, stranger: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    (listed,) = brigade.get("/imagery/").json()["images"]
    assert listed["id"] == image.pk
    assert listed["taken_on"] == "2024-03-01"
    assert listed["bounds"] == pytest.approx(
        [WEST, NORTH - PIXEL * SIDE, WEST + PIXEL * SIDE, NORTH]
    )
    assert listed["maxzoom"] == 17
    tile = tile_at(15, *CENTRE)
    assert stranger.get("/imagery/").json()["images"] == []
    assert stranger.get(address(image, tile)).status_code == 404
    assert Reader(None).get(address(image, tile)).status_code == 401
    Image.objects.update(secrecy="secret")
    assert brigade.get(address(image, tile)).status_code == 404
    assert brigade.get("/imagery/").json()["images"] == []
    assert Reader(person("990101", "reviewer")).get(address(image, tile)).status_code == 200


def test_a_file_that_is_gone_or_elsewhere(brigade: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    (store / "media" / "x.tif").write_bytes(b"not a picture")
    for file in ("imagery/none.tif", "../a.tif", str(store / "a.tif"), "x.tif"):
        Image.objects.update(file=file)
        answer = brigade.get(address(image, tile_at(15, *CENTRE)))
        assert answer.status_code == 404, file
        assert answer["Content-Type"] == "application/problem+json"


def test_nothing_is_shown_beyond_the_readers_counties(brigade: Reader, store: Path) -> None:
    """An image over two counties: the neighbour's half is transparent, whoever else may see it."""
    west_half = square(WEST, NORTH - 0.1, 0.1).intersection(square(WEST - 1, NORTH - 1, 1.0075))
    Region.objects.filter(code="990101").update(geom=MultiPolygon(west_half, srid=4490))
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    seen = look(brigade, image, tile_at(12, *CENTRE))
    shown = seen[seen[..., 3] == 255]
    assert len(shown)
    assert np.median(shown[:, 0]) < 60
    assert (shown[:, 0] > 150).mean() < 0.1
    beyond = brigade.get(address(image, tile_at(16, CENTRE[0] + 0.006, CENTRE[1])))
    assert beyond.status_code == 204


def test_a_boundary_that_is_drawn_anew_holds_at_once(brigade: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    asked = address(image, tile_at(15, *CENTRE))
    before = brigade.get(asked)
    assert before.status_code == 200
    Region.objects.filter(code="990101").update(geom=square(CENTRE[0] + 0.005, NORTH - 0.1, 0.1))
    after = brigade.get(asked, if_none_match=before["ETag"])
    assert after.status_code in (200, 204)
    assert after.content != before.content


def test_a_deep_tile_is_an_export(brigade: Reader, store: Path) -> None:
    """Who may look but not export sees no deeper than zoom 16, and is told so."""
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    official = Reader(person("990101", "official"))
    assert official.get("/imagery/").json()["images"][0]["maxzoom"] == 16
    assert official.get(address(image, tile_at(16, *CENTRE))).status_code == 200
    refused = official.get(address(image, tile_at(17, *CENTRE)))
    assert refused.status_code == 403
    assert "导出" in refused.json()["detail"]
    assert brigade.get(address(image, tile_at(17, *CENTRE))).status_code == 200
    assert brigade.get(address(image, tile_at(21, *CENTRE))).status_code == 404
    Image.objects.update(secrecy="public")
    assert official.get(address(image, tile_at(17, *CENTRE))).status_code == 200


def test_the_bounds_told_end_at_the_readers_counties(brigade: Reader, store: Path) -> None:
    Region.objects.filter(code="990101").update(geom=square(WEST - 0.095, NORTH - 0.1, 0.1))
    load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY)
    (listed,) = brigade.get("/imagery/").json()["images"]
    assert listed["bounds"] == pytest.approx([WEST, NORTH - PIXEL * SIDE, WEST + 0.005, NORTH])


def test_a_withdrawn_image_is_gone(brigade: Reader, store: Path) -> None:
    image = load_raster(write(store / "a.tif", halves("uint8", 40, 200)), taken_on=DAY).image
    withdraw(image, "日期有误")
    assert brigade.get(address(image, tile_at(15, *CENTRE))).status_code == 404
    assert brigade.get("/imagery/").json()["images"] == []


def test_neighbouring_tiles_join_without_a_seam(brigade: Reader, store: Path) -> None:
    """A ramp across two tiles goes on from one to the next, within what WebP loses."""
    columns = np.linspace(0, 255, SIDE).astype("uint8")
    values = np.broadcast_to(columns, (3, SIDE, SIDE)).copy()
    image = load_raster(write(store / "a.tif", values), taken_on=DAY).image
    left = tile_at(16, *CENTRE)
    pair = [look(brigade, image, Tile(16, left.x + at, left.y)) for at in (0, 1)]
    edges = pair[0][:, -1].astype(int), pair[1][:, 0].astype(int)
    both = (edges[0][:, 3] > 0) & (edges[1][:, 3] > 0)
    assert both.any()
    assert np.abs(edges[0][both, 0] - edges[1][both, 0]).max() <= 8


@pytest.mark.parametrize("epsg", [4490, 4527, 4548, 32650])
def test_a_mark_lies_where_it_is_to_a_pixel(brigade: Reader, store: Path, epsg: int) -> None:
    """A bright square of 40 m at a known place, delivered in any CRS, drawn at zoom 16."""
    lng, lat = WEST + 0.0075, NORTH - 0.0075
    (x,), (y,) = transform("EPSG:4490", f"EPSG:{epsg}", [lng], [lat])
    pixel = PIXEL if epsg == 4490 else 1.0
    values = np.full((3, SIDE, SIDE), 20, dtype="uint8")
    values[:, 730:771, 730:771] = 250
    west, north = x - 750.5 * pixel, y + 750.5 * pixel
    place = {"crs": f"EPSG:{epsg}", "transform": from_origin(west, north, pixel, pixel)}
    image = load_raster(write(store / "a.tif", values, **place), taken_on=DAY).image
    tile = tile_at(16, lng, lat)
    seen = look(brigade, image, tile)
    rows, found = np.nonzero((seen[..., 0] > 150) & (seen[..., 3] > 0))
    left, _, right, top = tile.bounds_m
    (wanted_x,), (wanted_y,) = transform("EPSG:4490", "EPSG:3857", [lng], [lat])
    size = (right - left) / 256
    inside = np.array([(wanted_x - left) / size, (top - wanted_y) / size])
    if (inside > 20).all() and (inside < 236).all():
        assert np.abs([found.mean() + 0.5, rows.mean() + 0.5] - inside).max() < 1
    else:
        assert len(found)
