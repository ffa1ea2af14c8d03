"""The bench measures in a database of its own, and what it measures adds up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings
from django.db import connection

from gisland.bench import outlines
from gisland.bench.ground import make_prefecture
from gisland.bench.scratch import scratch_database
from gisland.bench.table import LINES, as_text
from spatial.errors import GislandError

ROOT = Path(__file__).resolve().parents[2]
ASKED = {
    "seconds_per_10k_patches", "classify_seconds_per_10k", "geopandas_seconds_per_10k",
    "geopandas_chain_over_partition_per_core", "patches_not_closing", "zones_off",
    "patches_per_s",
}  # fmt: skip


@pytest.mark.slow
def test_bench_prints_its_figures_as_one_line_of_json_and_everything_closes() -> None:
    scratch = f"{settings.DATABASES['default']['TEST']['NAME']}_bench"
    done = subprocess.run(
        [
            sys.executable, "manage.py", "bench", "overlay", "--json", "--workers", "2",
            "--polygons", "300", "--patches", "40", "--sample", "20", "--database", scratch,
        ],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, "stdout holds the JSON alone"
    found = json.loads(done.stdout)
    assert found.keys() >= ASKED
    assert found["layers"] >= 7
    assert found["patches"] == 40
    assert found["pieces"] >= 40
    assert found["zones_compared"] > 40
    assert (found["patches_not_closing"], found["zones_off"], found["pieces_off"]) == (0, 0, 0)
    assert found["patches_per_s"] > 0
    assert "划分，每万图斑" in done.stderr


def test_the_real_database_is_refused() -> None:
    real = connection.settings_dict["NAME"]
    with pytest.raises(GislandError, match="正式数据库"), scratch_database(real, keep=False):
        pass


@pytest.mark.slow
def test_the_ground_is_the_same_from_the_same_seed() -> None:
    one, two = (make_prefecture(300, 30, seed=5) for _ in range(2))
    for a, b in zip(one.sheets, two.sheets, strict=True):
        assert a.attributes == b.attributes
        assert shapely.equals_exact(a.geoms, b.geoms).all()
    assert shapely.equals_exact(one.patches, two.patches).all()
    assert len(one.patches) == 30
    assert shapely.is_valid(one.patches).all()


def test_outlines_are_valid_and_as_large_as_asked() -> None:
    rng = np.random.default_rng(1)
    places, areas = rng.uniform(0, 1000, (50, 2)), np.full(50, 2000.0)
    assert shapely.area(outlines.any_rects(rng, places, areas)) == pytest.approx(2000, rel=1e-3)
    for drawn in (outlines.blobs(rng, places, areas), outlines.stairs(rng, places, areas)):
        assert shapely.is_valid(drawn).all()
        assert shapely.area(drawn).mean() == pytest.approx(2000, rel=0.2)


def test_the_table_names_every_figure() -> None:
    found = dict.fromkeys((key for _, key, _ in LINES), 1) | {
        "polygons": 1, "layers": 7, "patches": 1, "workers": 1, "geopandas_sample": 1,
        "derive_seconds": {"land_use": 1.0}, "classify_steps": [("engine/judge/x", 1.0, 1.0)],
    }  # fmt: skip
    assert len(as_text(found).splitlines()) == len(LINES) + 4
