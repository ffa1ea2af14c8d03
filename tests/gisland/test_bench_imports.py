"""What bench imports prints, and that it takes its imports back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from gisland.bench import imports

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ogr2ogr") is None, reason="ogr2ogr is absent")
def test_bench_imports_prints_ratios_to_ogr2ogr_as_one_line_of_json() -> None:
    scratch = f"{settings.DATABASES['default']['TEST']['NAME']}_bench"
    done = subprocess.run(
        [
            sys.executable, "manage.py", "bench", "imports", "--json", "--size", "400",
            "--database", scratch,
        ],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, "stdout holds the JSON alone"
    found = json.loads(done.stdout)
    assert found["files"].keys() == {"gpkg", "shp"}
    for one in found["files"].values():
        assert one["rows"] == found["polygons"] > 200
        assert one["plain_over_ogr2ogr"] > 0
        assert one["checked_over_ogr2ogr"] > 0
        assert 50 < one["peak_mb"] < 1024
        assert "写入" in one["checked"]["phases"]
    assert "为 ogr2ogr 的" in done.stderr


def test_without_ogr2ogr_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(imports.GislandError, match="gdal-bin"):
        imports.measure(10, print)
