"""What a page shows before an import: how the file is read, what is missing, where it lies."""

from __future__ import annotations

import json
from io import StringIO

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import call_command

from imports import load, preview, preview_shapes
from imports.deliveries import FileOptions
from imports.fields import PATCH
from imports.models import Delivery
from imports.readers.table import SublayerNeeded
from spatial.models import Patch
from tests.imports.conftest import EAST, WEST, frame, square, written

pytestmark = pytest.mark.django_db

HERE = [square(119.95, 33.05), square(120.05, 33.05), square(119.96, 33.06)]
ROWS = [
    {"监测编号_1": f"990101{at:04d}", "用地单位全称": "甲公司", "HSX": "2024-03-01", "别的": at}
    for at in range(3)
]


def look(path, target=PATCH, **options):
    return preview.look(target, path, FileOptions(**options))


def test_patches_can_be_looked_at_and_nothing_is_written(counties, tmp_path):
    seen = look(written(tmp_path / "a.gpkg", ROWS, HERE)).record()
    assert (seen["rows"], seen["map"]) == (3, {"after_on": "HSX"})
    assert seen["missing"] == ["监测编号（jcbh）"]
    assert seen["size_bytes"] == (tmp_path / "a.gpkg").stat().st_size
    assert json.dumps(seen, ensure_ascii=False, default=str)
    assert not Delivery.objects.exists()
    assert not Patch.objects.exists()


def test_a_missing_field_gets_the_column_it_may_be(counties, tmp_path):
    seen = look(written(tmp_path / "a.gpkg", ROWS, HERE)).record()
    assert list(seen["suggestions"])[0] == "jcbh"  # required fields first
    best = seen["suggestions"]["jcbh"][0]
    assert best["column"] == "监测编号_1"
    assert best["likeness"] > 0.7
    assert seen["suggestions"]["holder_name"][0]["column"] == "用地单位全称"
    assert all(one["column"] != "别的" for found in seen["suggestions"].values() for one in found)


def test_a_column_is_proposed_by_its_values_alone(counties, tmp_path):
    rows = [{"代码列": "0101", "x": "水田"}, {"代码列": "1004", "x": "路"}]
    seen = look(written(tmp_path / "a.gpkg", rows, HERE[:2]), "land_use").record()
    assert seen["suggestions"]["code"][0] == {
        "column": "代码列", "likeness": 0.6, "why": "值的样子相符",
    }  # fmt: skip


def test_a_column_of_another_type_is_not_proposed(counties, tmp_path):
    rows = [{"JCBH": "1", "后时相片": "无"}]
    seen = look(written(tmp_path / "a.gpkg", rows, HERE[:1])).record()
    assert "after_on" not in seen["suggestions"]


def test_it_says_in_which_county_the_rows_lie(counties, tmp_path):
    away = [*HERE, square(120.11, 33.05)]
    rows = [{"JCBH": str(at)} for at in range(4)]
    seen = look(written(tmp_path / "a.gpkg", rows, away)).record()
    assert seen["region"] == {
        "counted": 4,
        "outside": 1,
        "counties": [
            {"code": WEST, "name": "西县", "rows": 2}, {"code": EAST, "name": "东县", "rows": 1},
        ],
        "share": 0.75,
    }  # fmt: skip


def test_the_sample_is_drawn_small_from_the_whole_file(counties):
    rng = np.random.default_rng(1)
    fine = [
        shapely.Point(119.9 + 0.0001 * at, 33.05).buffer(0.0005, quad_segs=200)
        for at in rng.permutation(900)
    ]
    found = preview_shapes.sample(np.array(fine, dtype=object), list(range(1, 901)))
    assert found["of"] == 900
    assert 50 < len(found["features"]) <= preview_shapes.MOST
    assert len(json.dumps(found)) < 1.3 * preview_shapes.LARGEST_BYTES
    drawn = [one["id"] for one in found["features"]]
    assert (drawn[0], drawn[-1]) == (1, 900)
    assert shapely.from_geojson(json.dumps(found["features"][0]["geometry"])).is_valid


def test_one_large_shape_is_still_drawn(counties):
    ragged = shapely.Point(119.95, 33.05).buffer(0.05, quad_segs=50_000)
    (feature,) = preview_shapes.sample(np.array([ragged], dtype=object), [7])["features"]
    assert feature["properties"] == {"row": 7}


def test_several_layers_are_listed_to_choose_from(counties, tmp_path):
    path = tmp_path / "a.gpkg"
    for name in ("一", "二"):
        pyogrio.write_dataframe(frame([{"JCBH": name}], HERE[:1]), path, layer=name, append=True)
    assert preview.sublayers(path) == ("一", "二")
    with pytest.raises(SublayerNeeded) as caught:
        look(path)
    assert caught.value.names == ["一", "二"]
    seen = look(path, sublayer="二").record()
    assert (seen["sublayers"], seen["sublayer"]) == (["一", "二"], "二")
    assert seen["first"][0]["JCBH"] == "二"


def test_a_remembered_mapping_is_shown_as_such(counties, tmp_path):
    path = written(tmp_path / "a.gpkg", ROWS, HERE)
    load.stage_patches(path, batch=load.BatchSpec("a"), mapping={"jcbh": "监测编号_1"})
    seen = look(path).record()
    assert seen["remembered"] == {"jcbh": "监测编号_1"}
    assert seen["map"]["jcbh"] == "监测编号_1"
    assert seen["missing"] == []


def test_the_command_looks_at_patches(counties, tmp_path):
    path = written(tmp_path / "a.gpkg", ROWS, HERE)
    out = StringIO()
    call_command("import_patches", path, "--batch", "a", "--preview", stdout=out)
    for word in ("缺少必填字段：监测编号", "jcbh 可能是：监测编号_1", "西县 2、东县 1", "坐标系："):
        assert word in out.getvalue()
    assert not Patch.objects.exists()
