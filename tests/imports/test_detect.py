"""Two images of one place: what was built is found, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.features import shapes
from scipy import ndimage, spatial

from imports.detect import pair, regions, threshold
from imports.detect.accuracy import accuracy
from imports.detect.irmad import IrMad
from imports.detect.pair import Grid
from imports.detect.search import Settings, search
from imports.detect.shift import shift_between
from spatial.errors import InputRefused
from tests.imports.raster_files import write

SIDE, PIXEL = 160, 2.0
PLANE = "EPSG:4509"
NORTH_UP = Affine(PIXEL, 0, 500_000, 0, -PIXEL, 3_660_000)
BLOCK = (slice(60, 90), slice(40, 80))
"""30 by 40 pixels: 4,800 m2."""


def scene(bands=3, seed=7):
    """Fields of any shape, in each band otherwise, 30 to 170."""
    rng = np.random.default_rng(seed)
    pixels = np.moveaxis(np.mgrid[:SIDE, :SIDE], 0, -1)
    fields = spatial.cKDTree(rng.uniform(0, SIDE, (60, 2))).query(pixels)[1]
    colours = rng.uniform(30, 170, (bands, 60))
    return np.stack([colour[fields] for colour in colours])


def seen(ground, seed, noise=2.0):
    """As a camera would take it."""
    return ground + np.random.default_rng(seed).normal(0, noise, ground.shape)


def built(ground):
    """With a block of roofs on it."""
    roofs = ground.copy()
    roofs[(slice(None), *BLOCK)] = np.linspace(230, 250, len(ground))[:, None, None]
    return roofs


def image(path, bands, kind="uint8", transform=NORTH_UP, **more):
    top = np.iinfo(kind).max
    bands = np.rint(np.clip(bands, 0, top)).astype(kind)
    return write(path, list(bands), crs=PLANE, transform=transform, **more)


@pytest.fixture
def files(tmp_path):
    """Write two images and search them."""

    def searched(before, after, told=None, *, kind="uint8", more=({}, {}), ground=None):
        paths = [
            image(tmp_path / f"{name}.tif", bands, kind, **how)
            for name, bands, how in zip(("a", "b"), (before, after), more, strict=True)
        ]
        return search(*paths, told or Settings(), ground=ground)

    return searched


def roofs_of(detection):
    """What was found, beside the block as it is."""
    rows, columns = BLOCK
    west, north = NORTH_UP @ (columns.start, rows.start)
    east, south = NORTH_UP @ (columns.stop, rows.stop)
    return accuracy(
        [one.geom for one in detection.found],
        shapely.box(west, south, east, north),
        shapely.box(500_000, 3_659_000, 501_000, 3_660_000) - shapely.box(west, south, east, north),
    )


def test_a_block_that_appears_is_found_and_nothing_else(files):
    found = files(seen(scene(), 1), seen(built(scene()), 2))
    assert len(found.found) == 1
    assert roofs_of(found).precision > 0.98
    assert roofs_of(found).recall > 0.98
    assert found.found[0].area_m2 == pytest.approx(4800, rel=0.03)
    assert found.found[0].score > 0.8
    assert found.record["detector"] == "irmad 1"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_light_and_other_gains_are_no_change(files, seed):
    darker = seen(scene(), seed) * np.array([0.5, 0.8, 1.2])[:, None, None] + 15
    assert files(seen(scene(), seed + 10), darker).found == []


def test_the_same_image_twice_is_no_change(files):
    ground = seen(scene(), 1)
    assert files(ground, ground).found == []


def test_16_bits_beside_8_and_four_bands_beside_three(files):
    before = seen(scene(4), 1)
    assert roofs_of(files(before * 40, seen(built(scene(4)), 2) * 35, kind="uint16")).f1 > 0.97
    assert roofs_of(files(before, seen(built(scene(4)), 2)[:3])).f1 > 0.97
    assert roofs_of(files(before[:1], seen(built(scene(4)), 2))).f1 > 0.95


def test_images_laid_badly_upon_each_other_are_refused(files):
    shifted = np.roll(seen(built(scene()), 2), (6, -4), axis=(1, 2))
    with pytest.raises(InputRefused, match=r"向右 -[34]\.\d、向下 [56]\.\d.*--max-shift"):
        files(seen(scene(), 1), shifted)
    found = files(seen(scene(), 1), shifted, Settings(most_shift=9))
    assert found.shift.pixels == pytest.approx(np.hypot(6, 4), abs=0.6)
    assert "错位约 7" in found.notes[0]


def test_a_small_shift_is_told_to_a_fraction_of_a_pixel():
    ground = seen(scene(), 1)
    half = (np.roll(ground, 1, axis=2) + ground) / 2
    found = shift_between([(ground, half, np.ones((SIDE, SIDE), dtype=bool))])
    assert found.known
    assert (found.right, found.down) == pytest.approx((0.5, 0), abs=0.3)


def test_without_common_edges_no_shift_is_claimed():
    rng = np.random.default_rng(3)
    noise = [rng.normal(0, 1, (1, SIDE, SIDE)) for _ in range(2)]
    assert not shift_between([(*noise, np.ones((SIDE, SIDE), dtype=bool))]).known


def test_where_one_image_has_no_data_nothing_is_compared(files):
    before, after = seen(scene(), 1), seen(built(scene()), 2)
    before = np.clip(before, 1, 255)
    before[:, :, :60] = 0
    found = files(before, after, more=({"nodata": 0}, {}))
    assert found.compared_m2 == pytest.approx(SIDE * (SIDE - 60) * PIXEL**2, rel=0.02)
    assert 2000 < sum(one.area_m2 for one in found.found) < 2600
    assert min(one.geom.bounds[0] for one in found.found) >= (NORTH_UP @ (59, 0))[0]


def test_clouds_are_left_out_where_that_is_asked_for(files):
    after = seen(scene(), 2)
    after[:, 20:60, 100:140] = 255
    assert len(files(seen(scene(), 1), after).found) == 1
    assert files(seen(scene(), 1), after, Settings(bright=250)).found == []


def test_what_is_too_small_or_not_sure_enough_is_left_out(files):
    before, after = seen(scene(), 1), seen(built(scene()), 2)
    assert files(before, after, Settings(least_area_m2=5500)).found == []
    assert files(before, after, Settings(threshold=0.9999)).found == []
    assert len(files(before, after, Settings(threshold=0.6)).found) == 1


def test_images_of_other_pixels_and_place_come_to_one_grid(files):
    """The later image has half the resolution and covers the western part alone."""
    whole = seen(built(scene()), 2)
    coarse = whole.reshape(3, SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4))[:, :, :60]
    wide = Affine(2 * PIXEL, 0, NORTH_UP.c, 0, -2 * PIXEL, NORTH_UP.f)
    found = files(seen(scene(), 1), coarse, more=({}, {"transform": wide}))
    assert (found.grid.pixel_m, found.grid.width, found.grid.height) == (4, 60, 80)
    assert roofs_of(found).f1 > 0.9


def test_images_in_degrees_are_compared_in_metres(tmp_path):
    degrees = Affine(0.00002, 0, 119.95, 0, -0.00002, 33.06)
    paths = [
        write(tmp_path / f"{name}.tif", list(np.rint(bands).clip(0, 255).astype("uint8")),
              transform=degrees)
        for name, bands in (("a", seen(scene(), 1)), ("b", seen(built(scene()), 2)))
    ]  # fmt: skip
    found = search(*paths)
    assert sum(one.area_m2 for one in found.found) == pytest.approx(
        30 * 2.218 * 40 * 1.867, rel=0.1
    )


def test_images_that_do_not_meet_are_refused(files):
    away = Affine(PIXEL, 0, 510_000, 0, -PIXEL, 3_660_000)
    with pytest.raises(InputRefused, match="没有重叠"):
        files(seen(scene(), 1), seen(scene(), 2), more=({}, {"transform": away}))


@pytest.mark.parametrize(
    ("told", "said"),
    [({"detector": "unknown"}, "可用：irmad"), ({"threshold": 1.5}, "auto"),
     ({"least_area_m2": -1}, "最小面积"), ({"least_area_m2": float("nan")}, "最小面积"),
     ({"resolution_m": 0.0}, "分辨率"), ({"most_shift": 0}, "错位")],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(told, said):
    with pytest.raises(InputRefused, match=said):
        Settings(**told).checked()


def test_pieces_make_the_same_whole(files, monkeypatch):
    before, after = seen(scene(), 1), seen(built(scene()), 2)
    whole = files(before, after)
    monkeypatch.setattr(pair, "BLOCK", 37)
    assert [one.geom.wkb for one in files(before, after).found] == [
        one.geom.wkb for one in whole.found
    ]


def test_a_grid_of_too_many_pixels_becomes_coarser_and_says_so(files, monkeypatch):
    monkeypatch.setattr(pair, "MOST_PIXELS", 6400)
    found = files(seen(scene(), 1), seen(built(scene()), 2), Settings(resolution_m=PIXEL))
    assert found.grid.pixel_m == pytest.approx(4)
    assert "4.00 米" in found.notes[0]


def test_half_of_unchanged_ground_scores_like_chance():
    """One in a thousand unchanged pixels reaches one half, where noise is normal."""
    before, after = (seen(scene(), seed) for seed in (1, 2))
    valid = np.ones((SIDE, SIDE), dtype=bool)
    scores = IrMad().fit((before, after, valid)).score(before, after, valid)
    assert (scores >= 0.5).mean() < 0.004
    assert 0.2 < np.median(scores) < 0.45


def test_too_few_common_pixels_are_refused():
    bands = np.zeros((3, 10, 10), dtype="float32")
    with pytest.raises(InputRefused, match="100 个"):
        IrMad().fit((bands, bands, np.ones((10, 10), dtype=bool)))


def test_the_threshold_parts_two_heaps_and_never_lies_below_chance():
    counts = np.zeros(threshold.BINS, dtype=int)
    counts[40:100] = 1000
    assert threshold.automatic(counts) == threshold.CHANCE
    counts[200:240] = 300
    assert threshold.CHANCE <= threshold.automatic(counts) <= 201 / 256
    assert threshold.automatic(np.zeros(256, dtype=int)) == threshold.CHANCE


def test_outlines_stay_within_half_a_pixel_keep_holes_and_do_not_overlap():
    rng = np.random.default_rng(5)
    smooth = ndimage.gaussian_filter(rng.normal(0, 1, (SIDE, SIDE)), 5)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    mask = (smooth > np.percentile(smooth, 80)) | ((rows - 80) ** 2 + (columns - 80) ** 2 < 40**2)
    mask &= (rows - 80) ** 2 + (columns - 80) ** 2 > 15**2
    grid = Grid(PLANE, NORTH_UP, SIDE, SIDE)
    found = regions.outlined(mask, mask.astype("float32"), grid, 0)
    stairs = shapely.union_all(
        [shapely.geometry.shape(part)
         for part, _ in shapes(mask.astype("uint8"), mask, transform=NORTH_UP)]
    )  # fmt: skip
    whole = shapely.union_all([one.geom for one in found])
    assert all(one.geom.is_valid for one in found)
    assert shapely.hausdorff_distance(whole.boundary, stairs.boundary) <= PIXEL * 0.5 + 1e-9
    assert sum(one.area_m2 for one in found) == pytest.approx(whole.area)
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() >= 1
    assert shapely.get_num_coordinates(whole) < 0.9 * shapely.get_num_coordinates(stairs)


def test_specks_and_lines_of_one_pixel_are_no_regions():
    mask = np.zeros((40, 40), dtype=bool)
    mask[5, 5] = mask[20, 3:30] = True
    mask[30:36, 10:16] = True
    mask[32, 12] = False
    kept = regions.cleaned(mask, 4)
    assert kept.sum() == 36
    assert kept[32, 12]


def test_accuracy_is_of_labelled_ground_alone():
    box = shapely.box
    found = accuracy([box(0, 0, 10, 10), box(5, 0, 10, 10)], box(0, 0, 5, 20), box(5, 0, 8, 20))
    assert (found.right_m2, found.wrong_m2, found.missed_m2) == (50, 30, 50)
    assert (found.precision, found.recall) == (50 / 80, 0.5)
    assert found.f1 == pytest.approx(2 * 0.625 * 0.5 / 1.125)
    assert accuracy([], box(0, 0, 1, 1), box(1, 0, 2, 1)).f1 == 0
