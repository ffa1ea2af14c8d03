"""``bench tiles`` at a tiny size: every figure is there, and limits that are not kept are said."""

from __future__ import annotations

import numpy as np
import pytest

from gisland.bench import tiles
from gisland.bench.tile_reader import Zoom, tiles_over


@pytest.mark.bench
@pytest.mark.django_db
def test_a_whole_measurement() -> None:
    size = tiles.Size(polygons=300, sample=1, pixels=600)
    found = tiles.measure(size, lambda _: None)
    assert list(found["vector"]) == list(range(6, 17))
    assert list(found["imagery"]) == list(range(6, 19))
    assert found["vector"][12]["worst_kb"] > 0
    assert "影像" in tiles.as_text(found)


def test_figures_of_a_zoom() -> None:
    told = Zoom([float(n) for n in range(1, 101)], [1000] * 99 + [5000], 0.5).told()
    assert (told["median_ms"], told["p95_ms"], told["worst_ms"]) == (50.5, 95, 100)
    assert (told["cpu_ms"], told["worst_kb"]) == (5, 5)


def test_tiles_over_a_box_are_chosen_by_seed() -> None:
    box = (117.0, 32.5, 117.5, 33.0)
    assert len(tiles_over(box, 6, 10, np.random.default_rng(1))) == 1
    one, again = (tiles_over(box, 14, 10, np.random.default_rng(1)) for _ in range(2))
    assert one == again
    assert len(one) == 10


def test_limits_that_are_not_kept_are_said() -> None:
    kept = {"worst_kb": 10, "worst_ms": 20, "median_ms": 5}
    slow = {"worst_kb": 300, "worst_ms": 201, "median_ms": 16}
    assert tiles.over_limits({"vector": {14: kept}, "imagery": {14: kept}}) == []
    said = tiles.over_limits({"vector": {13: slow, 14: slow}, "imagery": {9: {"median_ms": 81}}})
    assert len(said) == 6
