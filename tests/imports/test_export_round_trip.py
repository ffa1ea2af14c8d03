"""What goes out comes back: keys, typed attributes, dates as far as known, outlines."""

from __future__ import annotations

from datetime import date

import pyogrio
import pytest
import shapely

from imports import activate, load
from imports.values import number_of
from spatial.models import Patch, Zone
from tests.imports.conftest import WEST, frame
from tests.imports.exported import (
    GROUND,
    LATER,
    LONG,
    PAPER,
    READABLE,
    apart,
    bring_approvals,
    bring_land,
    bring_patches,
    formats,
    take,
    told_again,
)

pytestmark = pytest.mark.django_db

CUT = {"shp": {"remark"}}
"""Fields whose text a format cannot hold whole."""


def is_same_date_window(old: Patch, new: Patch) -> bool:
    names = ("before_on", "before_on_last", "after_on_first", "after_on")
    return all(getattr(old, name) == getattr(new, name) for name in names)


@pytest.mark.parametrize("name", formats(*READABLE))
def test_patches_come_back(counties, tmp_path, name):
    before = bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / f"图斑.{name}", wkt=True)
    assert done.rows == len(before) == 3
    load.stage_patches(done.path, batch=load.BatchSpec("again"), **told_again(done))
    after = list(Patch.objects.filter(batch__code="again").order_by("region__code", "jcbh"))
    for old, new in zip(before, after, strict=True):
        assert (old.region_id, old.jcbh, old.kind) == (new.region_id, new.jcbh, new.kind)
        assert is_same_date_window(old, new)
        assert old.declared_area_m2 == new.declared_area_m2
        assert (old.holder_id, old.project_id) == (new.holder_id, new.project_id)
        kept = old.attributes.keys() - CUT.get(name, set())
        assert {key: old.attributes[key] for key in kept} == {
            key: new.attributes[key] for key in kept
        }
        assert old.attributes.keys() == new.attributes.keys()
        assert (new.delivered["别的列"] or None) == old.delivered["别的列"]
        assert old.area_m2 == new.area_m2
        assert apart(old.geom, new.geom) == 0


def test_a_month_comes_back_as_a_month(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.geojson")
    load.stage_patches(done.path, batch=load.BatchSpec("again"))
    patch = Patch.objects.get(batch__code="again", region__code=WEST, jcbh="0001")
    assert (patch.before_on, patch.before_on_last) == (date(2023, 1, 1), date(2023, 1, 31))
    assert (patch.after_on_first, patch.after_on) == (date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize("name", ["gpkg", "geojson"])
def test_the_same_patches_into_the_same_batch_change_nothing(counties, tmp_path, name):
    # the batch refuses a row that says anything else under a known key
    bring_patches(tmp_path / "in.gpkg")
    first = take("patches", tmp_path / f"a.{name}")
    load.stage_patches(first.path, batch=load.BatchSpec("again"))
    second = take("patches", tmp_path / f"b.{name}", batch="again")
    delivery = load.stage_patches(second.path, batch=load.BatchSpec("again"))
    assert delivery.verdict["added"] == 0
    assert Patch.objects.filter(batch__code="again").count() == 3


@pytest.mark.parametrize("name", formats(*READABLE))
def test_a_layer_comes_back(counties, tmp_path, name):
    before = bring_land(tmp_path / "in.gpkg")
    done = take("land_use", tmp_path / f"dltb.{name}", wkt=True)
    again = load.stage_layer("land_use", done.path, valid_from=LATER, **told_again(done))
    after = list(Zone.objects.filter(version__in=again.versions.all()).order_by("source_id"))
    assert [zone.source_id for zone in after] == ["1001", "1002", "1003"]
    for old, new in zip(before, after, strict=True):
        assert old.source_id == new.source_id
        assert old.attributes == new.attributes
        assert old.declared_area_m2 == new.declared_area_m2
        assert number_of(new.delivered["TBLXX"]) == number_of(old.delivered["TBLXX"])
        assert apart(old.geom, new.geom) == 0


@pytest.mark.parametrize("name", ["gpkg", "shp"])
@pytest.mark.parametrize("epsg", [4528, 4549, 4498, 4509])
def test_a_layer_comes_back_from_a_plane(counties, tmp_path, name, epsg):
    before = bring_land(tmp_path / "in.gpkg")
    done = take("land_use", tmp_path / f"dltb.{name}", crs=f"EPSG:{epsg}")
    assert done.crs.startswith(f"EPSG:{epsg} ")
    again = load.stage_layer("land_use", done.path, valid_from=LATER)
    assert again.verdict["crs"].startswith(f"EPSG:{epsg} ")
    after = Zone.objects.filter(version__in=again.versions.all()).order_by("source_id")
    for old, new in zip(before, after, strict=True):
        assert old.attributes == new.attributes
        assert apart(old.geom, new.geom) < 1e-9


@pytest.mark.parametrize("name", ["gpkg", "geojson"])
def test_a_ledger_brought_in_again_records_nothing(counties, tmp_path, name):
    bring_approvals(tmp_path / "in.gpkg")
    first = take("approval", tmp_path / f"a.{name}")
    activate.activate(load.stage_layer("approval", first.path))
    # the outer ring of GeoJSON runs the other way: amended once, never again
    second = take("approval", tmp_path / f"b.{name}")
    activate.activate(load.stage_layer("approval", second.path))
    found = Zone.objects.filter(layer="approval")
    assert found.filter(recorded_until=None).count() == 2
    assert found.count() == (2 if name == "gpkg" else found.count())


def test_source_ids_of_a_layer_without_codes_can_be_kept(counties, tmp_path):
    plain = [{"DLBM": "0101"}, {"DLBM": "0102"}, {"DLBM": "0103"}]
    before = bring_land(tmp_path / "in.gpkg", records=plain)
    done = take("land_use", tmp_path / "t.gpkg")
    again = load.stage_layer(
        "land_use", done.path, valid_from=LATER, mapping={"source_code": "LYBS"}
    )
    after = Zone.objects.filter(version__in=again.versions.all())
    assert {zone.source_id for zone in after} == {zone.source_id for zone in before}


def test_boundary_points_come_back_to_the_millimetre(counties, tmp_path):
    before = bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.txt", region_code=WEST)
    assert done.crs.startswith("EPSG:4528 ")
    load.stage_patches(done.path, batch=load.BatchSpec("again"), **told_again(done))
    after = list(Patch.objects.filter(batch__code="again").order_by("region__code", "jcbh"))
    for old, new in zip(before[:2], after, strict=True):
        assert (old.jcbh, old.kind, old.region_id) == (new.jcbh, new.kind, new.region_id)
        assert len(new.geom) == len(old.geom)
        assert apart(old.geom, new.geom) < 0.001 / 90_000  # a millimetre in degrees
    assert after[0].attributes["remark"] == LONG
    assert float(after[0].declared_area_m2) == pytest.approx(1234.56, abs=0.5)


@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4549", "EPSG:4498", "EPSG:4509"])
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_one_paper_comes_back_whole_as_boundary_points(counties, tmp_path, crs, encoding):
    before = bring_approvals(tmp_path / "in.gpkg")
    done = take("approval", tmp_path / "t.txt", crs=crs, encoding=encoding)
    again = load.stage_layer("approval", done.path, **told_again(done))
    assert again.verdict["crs"].startswith(f"{crs} ")
    after = Zone.objects.filter(version__in=again.versions.all()).order_by("source_id")
    for old, new in zip(before, after, strict=True):
        assert old.source_id == new.source_id
        assert old.attributes == new.attributes
        assert new.attributes["document"] == PAPER["PZWH"]
        assert apart(old.geom, new.geom) < 0.001 / 90_000


ODD = [
    {
        "XZQDM": WEST,
        "JCBH": "1",
        "一个很长的列名甲": "𠮷村",
        "一个很长的列名乙": "",
        "SMALL": 1e-12,
    },
    {"XZQDM": WEST, "JCBH": "2", "一个很长的列名甲": None, "一个很长的列名乙": "乙", "SMALL": -0.1},
]
RAW = ("一个很长的列名甲", "一个很长的列名乙", "SMALL")


@pytest.mark.parametrize("name", formats(*READABLE))
def test_rare_characters_long_names_and_empty_texts_come_back(counties, tmp_path, name):
    before = bring_patches(tmp_path / "in.gpkg", records=ODD, geoms=GROUND[:2])
    done = take("patches", tmp_path / f"t.{name}", wkt=True)
    load.stage_patches(done.path, batch=load.BatchSpec("again"), **told_again(done))
    names = {row["name"]: row["column"] for row in done.columns}
    after = list(Patch.objects.filter(batch__code="again").order_by("jcbh"))
    for old, new in zip(before, after, strict=True):
        for column in RAW[:2]:
            assert (new.delivered[names[column]] or None) == (old.delivered[column] or None)
        assert float(new.delivered[names["SMALL"]]) == pytest.approx(
            old.delivered["SMALL"], rel=1e-12, abs=1e-15
        )
        assert apart(old.geom, new.geom) == 0


def test_heights_are_dropped_aloud_and_the_plane_comes_back(counties, tmp_path):
    high = [shapely.force_3d(geom, 12.5) for geom in GROUND[:2]]
    path = tmp_path / "in.gpkg"
    pyogrio.write_dataframe(
        frame(ODD, high), path, geometry_type="MultiPolygon Z", promote_to_multi=True
    )
    delivery = load.stage_patches(path, batch=load.BatchSpec("z"))
    assert "z_dropped" in {issue.kind for issue in delivery.found()}
    flat = [shapely.from_wkb(bytes(patch.geom.wkb)) for patch in Patch.objects.order_by("jcbh")]
    assert [shapely.normalize(one) for one in flat] == [
        shapely.normalize(shapely.multipolygons([one]) if one.geom_type == "Polygon" else one)
        for one in GROUND[:2]
    ]
