"""``bench tiles`` at a tiny size: every figure is there, and limits that are not kept are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gisland.bench import tiles
from gisland.bench.tile_reader import Zoom, tiles_over

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.bench
@pytest.mark.django_db
def test_a_whole_measurement(tmp_path: Path) -> None:
    size = tiles.Size(polygons=300, sample=1, pixels=600)
    with tiles.kept_in(tmp_path / "bench", keep=True):
        found = tiles.measure(size, tmp_path / "bench", lambda _: None)
    size = tiles.Size(zooms=(16, 17), sample=1)
    with tiles.kept_in(tmp_path / "bench", keep=False):
        again = tiles.measure(size, tmp_path / "bench", lambda _: None, reuse=True)
    assert (list(again["vector"]), list(again["imagery"])) == ([16], [16, 17])
    assert not (tmp_path / "bench").exists()
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


def test_each_limit_is_said_to_be_held_or_missed() -> None:
    kept = {"worst_kb": 10, "worst_ms": 20, "median_ms": 5}
    slow = {"worst_kb": 300, "worst_ms": 201, "median_ms": 16}
    held = tiles.judged({"vector": {13: kept, 14: kept}, "imagery": {14: kept}})
    assert [said["held"] for said in held] == [True] * 4
    found = {"vector": {13: {**slow, "median_ms": 99}, 14: slow}, "imagery": {9: {"median_ms": 81}}}
    missed = tiles.judged(found)
    assert [said["held"] for said in missed] == [False] * 4
    assert [said["worst"] for said in missed] == [300, 201, 16, 81]
    assert [said["term"] for said in tiles.judged({"vector": {13: slow}, "imagery": {}})] == [
        said["term"] for said in missed[:2]
    ]
