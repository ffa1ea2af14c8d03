"""Regions, declared emptiness, comparison and rollback; the commands that carry them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
import shapely
from django.core.management import CommandError, call_command

from imports import activate, crs_shift, load, regions, version_diff, versions
from imports.models import Delivery
from spatial.errors import CrsRefused, InputRefused, UnknownRegion
from spatial.models import DatasetVersion, Patch, Region, Zone
from tests.imports.conftest import (
    CITY,
    DAY,
    EAST,
    SHARED,
    WEST,
    needs_shared,
    shapefile,
    square,
    written,
)

pytestmark = pytest.mark.django_db

ROWS = [
    {"XZQDM": "990000", "XZQMC": "示范省", "JB": "省"},
    {"XZQDM": "990100", "XZQMC": "示范市", "JB": "市"},
    {"XZQDM": "990101", "XZQMC": "西县", "JB": "区县"},
]
SHAPES = [shapely.box(119, 33, 121, 34), shapely.box(119, 33, 120, 34), square(119.1, 33.1, 0.3)]


def test_regions_come_in_once(tmp_path):
    path = shapefile(tmp_path / "xzq.shp", ROWS, SHAPES, epsg=4528)
    assert regions.load_regions(path).added == ["990000", "990100", "990101"]
    county = Region.objects.by_code("990101")
    assert (county.level, county.parent.code) == ("county", "990100")
    assert county.central_meridian == 120
    assert county.plane_srid == 990200 + 600
    again = regions.load_regions(path)
    assert (again.added, len(again.unchanged)) == ([], 3)


def test_a_changed_boundary_needs_consent(tmp_path):
    regions.load_regions(written(tmp_path / "a.gpkg", ROWS, SHAPES))
    path = written(tmp_path / "b.gpkg", ROWS, [*SHAPES[:2], square(119.2, 33.1, 0.3)])
    with pytest.raises(InputRefused, match=r"第 3 行.*界线不同[\s\S]*--replace"):
        regions.load_regions(path)
    assert regions.load_regions(path, replace=True).changed == ["990101"]


def test_a_web_maps_copy_of_registered_boundaries_is_refused(counties, tmp_path):
    true = shapely.segmentize(shapely.box(119.9, 33.0, 120.0, 33.1), 0.0004)
    copy = shapely.transform(true, crs_shift.gcj02, interleaved=False)
    row = {"XZQDM": WEST, "XZQMC": "西县", "JB": "区县", "ZYJX": 120}
    path = written(tmp_path / "a.gpkg", [row], [copy])
    with pytest.raises(CrsRefused, match="GCJ-02"):
        regions.load_regions(path, replace=True)
    assert regions.load_regions(
        written(tmp_path / "b.gpkg", [row], [true]), replace=True
    ).changed == [WEST]


def test_boundaries_of_a_web_atlas_are_known_by_their_columns(tmp_path):
    row = {"adcode": 990000, "name": "示范省", "level": "province", "parent": "", "childrenNum": 1}
    done = regions.load_regions(written(tmp_path / "a.gpkg", [row], SHAPES[:1]))
    (told,) = [one for one in done.delivery.found() if one.kind == "web_map_source"]
    assert "GCJ-02" in told.message


def test_regions_without_prj_are_judged_by_those_that_are_there(counties, tmp_path):
    row = {"XZQDM": "990103", "XZQMC": "南县", "JB": "区县"}
    path = shapefile(
        tmp_path / "a.shp", [row], [square(119.9, 32.95, 0.05)], epsg=4528, drop=(".prj", ".cpg")
    )
    done = regions.load_regions(path)
    assert done.delivery.verdict["crs"].startswith("EPSG:4528")
    assert done.delivery.verdict["crs_confidence"] == "中"


def test_a_private_meridian(tmp_path):
    path = written(tmp_path / "a.gpkg", ROWS[2:], SHAPES[2:])
    regions.load_regions(path, private_meridian=Decimal("118.5"))
    assert Region.objects.get().central_meridian == Decimal("118.5")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"XZQDM": "99", "XZQMC": "甲"}, "6、9 或 12 位"),
        ({"XZQDM": "990101", "XZQMC": "甲", "JB": "帮"}, "级别"),
        ({"XZQDM": "990101", "XZQMC": "甲", "ZYJX": 118.3}, "0.5 度"),
    ],
)
def test_bad_regions_are_refused(tmp_path, row, words):
    path = written(tmp_path / "a.gpkg", [row], [square(119.1, 33.1)])
    with pytest.raises(InputRefused, match=words):
        regions.load_regions(path)
    assert not Region.objects.exists()


@needs_shared
def test_the_real_counties_of_a_province():
    path = SHARED / "data" / "admin-jiangsu" / "jiangsu_admin_cgcs2000.gpkg"
    done = regions.load_regions(path)
    assert len(done.added) == 109
    assert Region.objects.by_code("320000").counties().count() == 95
    assert Region.objects.by_code("321202").central_meridian == 120
    assert Region.objects.by_code("321202").parent.name == "泰州市"


def test_declaring_that_there_is_nothing(counties):
    told = {"region_code": CITY, "valid_from": DAY, "valid_until": date(2025, 1, 1), "by": "科长"}
    made = versions.declare_empty("green_line", **told)
    assert [(version.region.code, version.declared_empty) for version in made] == [
        (WEST, True), (EAST, True),
    ]  # fmt: skip
    assert [v.pk for v in versions.declare_empty("green_line", **told)] == [v.pk for v in made]


def test_data_in_use_cannot_be_declared_away(counties, tmp_path):
    path = written(tmp_path / "a.gpkg", [{"BSM": "1"}], [square(119.95, 33.05)])
    activate.activate(load.stage_layer("green_line", path, valid_from=DAY, region_code=WEST))
    with pytest.raises(InputRefused, match="已有在用数据"):
        versions.declare_empty(
            "green_line", region_code=CITY, valid_from=DAY, valid_until=date(2025, 1, 1), by="科长"
        )
    assert DatasetVersion.objects.count() == 1


def test_comparing_and_taking_back(counties, tmp_path):
    def stage(name, day, records, geoms):
        path = written(tmp_path / name, records, geoms)
        delivery = load.stage_layer("basic_farmland", path, valid_from=day, region_code=WEST)
        activate.activate(delivery)
        return delivery.versions.get()

    one, two, moved, new = (square(119.95 + n / 500, 33.05) for n in range(4))
    old = stage("a.gpkg", DAY, [{"BSM": "1"}, {"BSM": "2"}, {"BSM": "3"}], [one, two, new])
    later = stage("b.gpkg", date(2024, 6, 1), [{"BSM": "1"}, {"BSM": "2"}, {"BSM": "4"}],
                  [one, moved, new])  # fmt: skip
    assert versions.predecessor(later) == old
    counted = {name: row["zones"] for name, row in version_diff.compare(old, later).changes.items()}
    # the source numbered the third anew and moved the second: ground counts, not its marks
    assert counted == {"added": 1, "removed": 1, "changed": 0, "told": 0, "same": 2}
    versions.rollback(later.pk)
    later.refresh_from_db()
    assert later.status == "retired"
    with pytest.raises(InputRefused, match="无须退回"):
        versions.rollback(later.pk)
    again = load.stage_layer(
        "basic_farmland", tmp_path / "b.gpkg", valid_from=date(2024, 6, 1), region_code=WEST
    )
    assert not again.repeated


def run(capsys, *words):
    call_command(*words)
    return capsys.readouterr().out


def test_the_commands_from_regions_to_active_versions(tmp_path, capsys):
    boundaries = shapefile(tmp_path / "xzq.shp", ROWS, SHAPES)
    assert "新增 3" in run(capsys, "import_regions", str(boundaries))
    land = [{"DLBM": "0101", "ZLDWDM": "990101001"}]
    path = str(written(tmp_path / "dltb.gpkg", land, [square(119.2, 33.2)]))
    words = ["import_layer", "land_use", path, "--valid-from", "2024-01-01"]
    dry = json.loads(run(capsys, *words, "--dry-run", "--json"))
    assert (dry["dry_run"], dry["delivery"], Zone.objects.count()) == (True, None, 0)
    done = json.loads(run(capsys, *words, "--activate", "--json"))
    assert done["active"] == done["versions"]
    assert "没有任何变化" in run(capsys, *words)
    listed = json.loads(run(capsys, "versions", "list", "--json"))
    assert [(row["layer"], row["status"], row["zones"]) for row in listed] == [
        ("land_use", "active", 1)
    ]
    assert "新增 1 个" in run(capsys, "versions", "diff", str(done["versions"][0]))
    assert "已停用" in run(capsys, "versions", "rollback", str(done["versions"][0]))
    assert "已声明" in run(
        capsys, "versions", "declare-empty", "green_line", "--region", "990101",
        "--from", "2024-01-01", "--until", "2025-01-01", "--by", "科长",
    )  # fmt: skip


def test_the_commands_of_patches_and_ledgers(counties, tmp_path, capsys):
    path = written(tmp_path / "t.gpkg", [{"编号": "7", "XZQDM": WEST}], [square(119.95, 33.05)])
    out = run(
        capsys, "import_patches", str(path), "--batch", "2024Q1", "--source", "部",
        "--issued-on", "2024-04-01", "--map", "jcbh=编号", "--set", "kind=DT",
    )  # fmt: skip
    assert "新增 1 个" in out
    assert Patch.objects.get().kind == "DT"
    record = {"PZWH": "示〔2023〕1号", "SPHJ": "征收"}
    path = written(tmp_path / "a.gpkg", [record], [square(119.95, 33.05)])
    run(capsys, "import_layer", "approval", str(path), "--activate")
    assert "已撤回" in run(capsys, "import_layer", "approval", "--withdraw", "示[2023]1号")
    assert not Zone.objects.filter(recorded_until__isnull=True).exists()
    assert Delivery.objects.filter(kind="withdraw").get().row_count == 1


def test_commands_fail_in_one_sentence(counties, tmp_path):
    with pytest.raises(CommandError, match="没有文件"):
        call_command("import_layer", "land_use", str(tmp_path / "a.shp"), "--valid-from=2024-01-01")
    with pytest.raises(CommandError, match="字段=值"):
        call_command("import_patches", "a.shp", "--batch=b", "--map=jcbh")
    with pytest.raises(UnknownRegion):
        load.staging.target_counties("111111")
