"""What the bench says of a detection is true: the same areas, counted otherwise. Not: that they
are good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from rasterio.features import rasterize
from rasterio.windows import Window

from gisland.bench import detect
from imports.detect.search import Settings, search
from tests.real.conftest import DATA, needs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs(detect.TAIZHOU)[:1]  # no database

CROP = Window(120, 100, 160, 140)
FINE = 8
"""Parts of a pixel's side in which areas are counted."""


@pytest.fixture(scope="module")
def crop(tmp_path_factory: Any) -> Path:
    """A part of the real images and labels under the same names."""
    folder = tmp_path_factory.mktemp("labelled")
    (folder / detect.TAIZHOU).mkdir()
    for source in (DATA / detect.TAIZHOU).glob("taizhou_*.tif"):
        with rasterio.open(source) as image:
            profile = {
                **image.profile, "width": CROP.width, "height": CROP.height,
                "transform": image.window_transform(CROP),
            }  # fmt: skip
            with rasterio.open(folder / detect.TAIZHOU / source.name, "w", **profile) as part:
                part.write(image.read(window=CROP))
    return folder


def test_the_numbers_are_those_of_counting_eighths_of_pixels(crop: Path, tmp_path: Path) -> None:
    (told,) = detect.measure(crop, lambda _: None)
    (labelled,) = detect.pairs_in(crop, tmp_path)
    found = search(labelled.before, labelled.after, Settings(least_area_m2=3600)).found
    with rasterio.open(labelled.before) as image:
        fine = image.transform @ image.transform.scale(1 / FINE)
        shape = (image.height * FINE, image.width * FINE)
    drawn = rasterize([one.geom for one in found], shape, transform=fine).astype(bool)
    changed, unchanged = (
        mask.repeat(FINE, 0).repeat(FINE, 1) for mask in (labelled.changed, labelled.unchanged)
    )
    eighth_m2 = (30 / FINE) ** 2
    right, wrong, missed = (
        float(np.count_nonzero(both)) * eighth_m2
        for both in (drawn & changed, drawn & unchanged, ~drawn & changed)
    )
    assert right > 100_000  # else nothing was compared
    near = {"rel": 0.01, "abs": 3 * 900}
    assert told["found_right_m2"] == pytest.approx(right, **near)
    assert told["found_wrong_m2"] == pytest.approx(wrong, **near)
    assert told["missed_m2"] == pytest.approx(missed, **near)
    assert told["precision"] == pytest.approx(right / (right + wrong), abs=0.01)
    assert told["recall"] == pytest.approx(right / (right + missed), abs=0.01)
    assert told["f1"] == pytest.approx(2 * right / (2 * right + wrong + missed), abs=0.01)
    assert told["least_area_m2"] == 3600
