"""界址点 TXT: samples with known answers, real files, and every fault by its line."""

from __future__ import annotations

import json

import pyproj
import pytest
import shapely

from imports import crs_verdict, load
from imports.readers import bundle as bundles
from imports.readers import coordinate_txt, rings
from spatial.errors import CrsMissing, CrsRefused, InputRefused
from spatial.models import Region, Zone
from tests.imports.conftest import SHARED, needs_shared

SAMPLES = SHARED / "reference" / "txt_samples"
REAL = {"pengbu_66pts_zone40": 5.70895, "plot_000": 1.22471, "plot_001": 0.07442,
        "plot_003": 1.695752}  # fmt: skip


def read(path, **options):
    with bundles.opened(path) as bundle:
        table = coordinate_txt.read(bundle, **options)
    return table, crs_verdict.decide(table, options.get("crs"))


def text(*parcels, header="坐标系=2000国家大地坐标系\n几度分带=3\n带号=40"):
    return f"[属性描述]\n{header}\n[地块坐标]\n" + "\n".join(parcels)


def parcel(points, head="4,0,1,甲地块,面,,,,@"):
    return "\n".join([head, *[f"J{n},{r},{x},{y}" for n, (r, x, y) in enumerate(points, 1)]])


SQUARE = [(1, 3655000, 40400000), (1, 3655100, 40400000), (1, 3655100, 40400100),
          (1, 3655000, 40400100)]  # fmt: skip


@needs_shared
@pytest.mark.parametrize("name", ["01_standard_closed_utf8", "02_gbk_hole_multipart",
                                  "03_bom_multi_noprefix_unclosed_13fields",
                                  "04_gb18030_swapped_6deg_projectinfo"])  # fmt: skip
def test_samples_meet_their_answers(name):
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))[f"{name}.txt"]
    table, verdict = read(SAMPLES / f"{name}.txt")
    assert verdict.crs.to_epsg() == expected["epsg"]
    assert table.facts["project"] == expected.get("project_info", {})
    assert len(table.geoms) == len(expected["parcels"])
    for geom, record, wanted in zip(table.geoms, table.records, expected["parcels"], strict=True):
        assert (record["DKBH"], record["DKMC"]) == (wanted["id"], wanted["name"])
        assert len(geom.geoms) == wanted["polygons"]
        assert sum(len(part.interiors) for part in geom.geoms) == wanted["holes"]
        assert geom.area == pytest.approx(wanted["planar_m2"], abs=1e-4)
        assert record["DKMJ"] == pytest.approx(wanted["planar_m2"], rel=0.001)


@needs_shared
def test_the_malformed_sample_is_refused_line_by_line():
    with pytest.raises(CrsRefused) as caught:
        read(SAMPLES / "05_malformed_gbk.txt")
    message = str(caught.value)
    for line, word in ((3, "西安"), (7, "带号=39"), (16, "自相交"), (22, "@"), (24, "4O415000"),
                       (26, "3 个点")):  # fmt: skip
        assert any(f"第 {line} 行" in row and word in row for row in message.splitlines()), word


@needs_shared
@pytest.mark.parametrize("suffix", [".txt", ".gbk.txt"])
@pytest.mark.parametrize("name", REAL)
def test_real_files_have_their_stated_areas(name, suffix):
    table, verdict = read(SHARED / "data" / "dikuai-txt" / f"{name}{suffix}")
    assert table.geoms[0].area / 10000 == pytest.approx(REAL[name], abs=1e-5)
    west, south, east, north = shapely.total_bounds(verdict.to_storage(table.geoms))
    assert 110 < west < east < 122
    assert 20 < south < north < 35


def test_rings_are_nested_by_containment():
    def ring(inset):
        return shapely.box(inset, inset, 100 - inset, 100 - inset)

    island = rings.assemble([ring(20), ring(0), ring(10), shapely.box(200, 0, 210, 10)])
    assert sorted(len(part.interiors) for part in island.geoms) == [0, 0, 1]
    assert island.area == 100**2 - 80**2 + 60**2 + 100
    assert island.is_valid


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (text(parcel(SQUARE), header="带号=39"), ["第 2 行", "带号=39", "40"]),
        (text(parcel(SQUARE), header="坐标系=1980西安坐标系"), ["第 2 行", "西安"]),
        (text(parcel(SQUARE), header="几度分带=6\n带号=40"), ["第 2 行", "3 度带"]),
        (text(parcel(SQUARE[:2])), ["第 6 行", "不足 3 个点"]),
        (text(parcel([*SQUARE[:3], (1, 3655000, 39400100)])), ["带号不一致"]),
        (text(parcel([*SQUARE[:3], (1, "36S5", 40400100)])), ["第 10 行", "36S5"]),
        (text(parcel(SQUARE, head="4,0,1,甲,线,,,,@")), ["第 6 行", "只收“面”"]),
        (text(parcel(SQUARE, head="4,0,1,甲,面,,,")), ["第 6 行", "@"]),
        (text("J1,1,3655000,40400000"), ["第 6 行", "表头之前"]),
        ("没有地块的说明文字", ["地块坐标"]),
        (text(parcel([(1, 1, 2), (1, 3, 4), (1, 5, 6)])), ["第 7 行", "哪列是北"]),
    ],
)
def test_faults_name_their_lines(tmp_path, content, words):
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="gb18030")
    with pytest.raises(InputRefused) as caught:
        read(path)
    for word in ["a.txt", *words]:
        assert word in str(caught.value)


def test_no_prefix_and_no_zone_asks_for_the_crs(tmp_path):
    path = tmp_path / "a.txt"
    plain = [(ring, north, east - 40_000_000) for ring, north, east in SQUARE]
    path.write_text(text(parcel(plain), header="坐标系=2000国家大地坐标系"), encoding="utf-16")
    with pytest.raises(CrsMissing, match="--crs"):
        read(path)
    _, verdict = read(path, crs="EPSG:4549")
    assert verdict.crs.to_epsg() == 4549


@pytest.mark.django_db
def test_a_txt_goes_into_a_ledger_with_constants(counties, tmp_path):
    Region.objects.filter(code="990101").update(
        geom=shapely.MultiPolygon([shapely.box(118.5, 32.5, 120, 33.5)]).wkt
    )
    path = tmp_path / "报批.txt"
    path.write_text(text(parcel(SQUARE), parcel(SQUARE)), encoding="gb18030")
    load.stage_layer(
        "approval", path, region_code="990101",
        constants={"document": "示政地[2023]1号", "step": "征收", "approved_on": "2023年5月"},
    )  # fmt: skip
    zones = list(Zone.objects.order_by("source_row"))
    assert [zone.source_id for zone in zones] == ["示政地〔2023〕1号#1", "示政地〔2023〕1号#1~2"]
    assert zones[0].name == "甲地块"
    assert zones[0].attributes["approved_on"] == {"from": "2023-05-01", "to": "2023-05-31"}
    assert zones[0].source_row == 6


NOTICED = {
    "01_standard_closed_utf8": set(),
    "02_gbk_hole_multipart": {"txt_land_class"},
    "03_bom_multi_noprefix_unclosed_13fields": {"area_unit"},
    "04_gb18030_swapped_6deg_projectinfo": {"txt_swapped", "txt_indented"},
}


@needs_shared
@pytest.mark.parametrize("name", NOTICED)
def test_samples_have_their_encoding_warnings_and_statutory_areas(name):
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))[f"{name}.txt"]
    table, verdict = read(SAMPLES / f"{name}.txt")
    codec = {"gbk": "gb18030"}.get(expected["encoding"], expected["encoding"])
    assert (table.encoding, table.encoding_confidence) == (codec, "高")
    found = {finding.kind for finding in table.findings}
    assert NOTICED[name] <= found
    assert found - NOTICED[name] <= {"ring_closed", "encoding_judged"}
    ellipsoid = pyproj.Geod(a=6378137, rf=298.257222101)
    stored = verdict.to_storage(table.geoms)
    for geom, wanted in zip(stored, expected["parcels"], strict=True):
        assert (
            len(set(shapely.get_coordinates(geom).round(11).view("c16").ravel()))
            == (wanted["vertices_distinct"])
        )
        area = ellipsoid.geometry_area_perimeter(_oriented(geom))[0]
        assert area == pytest.approx(wanted["ellipsoid_m2"], abs=0.02)


def _oriented(geom):
    return shapely.MultiPolygon([shapely.geometry.polygon.orient(part) for part in geom.geoms])


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16", "gb18030", "utf-8-sig"])
def test_every_encoding_of_the_exchange_text(tmp_path, codec):
    path = tmp_path / "a.txt"
    path.write_text(text(parcel(SQUARE)), encoding=codec)
    table, _ = read(path)
    assert table.records[0]["DKMC"] == "甲地块"
    assert table.geoms[0].area == pytest.approx(10_000)


def test_a_txt_in_big5_is_refused_rather_than_misread(tmp_path):
    path = tmp_path / "a.txt"
    content = "[屬性描述]\n坐標系=2000國家大地坐標系\n[地塊坐標]\n4,0,1,繁體國語臺灣地區,面,,,,@"
    path.write_text(content, encoding="cp950")
    with pytest.raises(InputRefused, match="--encoding BIG5"):
        read(path)


def test_parcels_that_overlap_and_points_that_crowd_are_told(tmp_path):
    path = tmp_path / "a.txt"
    north = SQUARE[0][1]
    crowded = [*SQUARE, (1, north, 40400000.004)]
    path.write_text(text(parcel(SQUARE), parcel(crowded, head="5,0,2,乙地块,面,,,,@")), "utf-8")
    table, _ = read(path)
    told = {finding.kind: finding for finding in table.findings}
    assert "重叠 9999" in told["overlap"].message or "重叠 10000" in told["overlap"].message
    assert "第 11 行" in told["overlap"].message
    assert "0.0040 米" in told["close_points"].message
