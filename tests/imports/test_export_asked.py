"""Which rows go out and to whom; what is refused; what is left when an export fails."""

from __future__ import annotations

import json
import sys
from datetime import date
from io import StringIO

import pyogrio
import pytest
from django.core.management import CommandError, call_command

from imports import activate, load
from imports.writers import FORMATS, Format
from imports.writers.spreadsheet import PackageMissing
from spatial import sqlfiles
from spatial.accounts import make_user
from spatial.errors import BatchUnknown, CrsRefused, InputRefused, NotAllowed, RulesetInvalid
from spatial.models import DatasetVersion, Unit, Zone
from spatial.scope import NOTHING, scope_of
from tests.imports.conftest import CITY, EAST, WEST, square
from tests.imports.exported import (
    LAND,
    LATER,
    PATCHES,
    bring_approvals,
    bring_land,
    bring_patches,
    source,
    take,
)

pytestmark = pytest.mark.django_db


def column(done, name: str) -> list:
    """The values of a column, sorted."""
    return sorted(pyogrio.read_dataframe(done.path)[name])


def person(region: str, *roles: str, unit: str = ""):
    return make_user(
        f"u{region}{''.join(roles)}{unit}", "a-long-enough-word-7",
        region_code=region, roles=roles, unit_name=unit,
    )  # fmt: skip


def test_by_region_batch_and_test(counties, tmp_path):
    bring_patches(tmp_path / "a.gpkg")
    bring_patches(
        tmp_path / "b.gpkg", "other", [{**PATCHES[0], "JCBH": "77"}], [square(119.98, 33.08)]
    )
    everything = take("patches", tmp_path / "1.gpkg")
    assert everything.rows == 4
    assert take("patches", tmp_path / "2.gpkg", region_code=EAST).rows == 1
    assert take("patches", tmp_path / "3.gpkg", region_code=CITY).rows == 4
    assert column(take("patches", tmp_path / "4.gpkg", batch="other"), "JCBH") == ["77"]
    found = take("patches", tmp_path / "5.gpkg", where=["patch.kind = 01", "batch.source = 部"])
    assert column(found, "JCBH") == ["0001", "77"]
    found = take("patches", tmp_path / "6.gpkg", where=["patch.after_on >= 2024-03-02"])
    assert column(found, "JCBH") == ["0001", "77"]


def test_a_test_that_cannot_be_answered_is_told(counties, tmp_path):
    bring_patches(tmp_path / "a.gpkg")
    bare = {"XZQDM": WEST, "JCBH": "9", "TBLX": "01"}
    bring_patches(tmp_path / "b.gpkg", "bare", [bare], [square(119.98, 33.08)])
    done = take("patches", tmp_path / "1.gpkg", where=["patch.project is known"])
    assert done.rows == 2
    assert any("1 个要素缺少" in note for note in done.notes)


def test_a_layer_by_its_fields(counties, tmp_path):
    bring_land(tmp_path / "in.gpkg")
    done = take("land_use", tmp_path / "t.gpkg", where=["code = 0101"])
    assert column(done, "BSM") == ["1001"]
    with pytest.raises(RulesetInvalid, match="nonsense"):
        take("land_use", tmp_path / "u.gpkg", where=["nonsense = 1", "patch.kind = 01"])


def test_the_version_in_force_on_the_day_or_the_one_named(counties, tmp_path):
    bring_land(tmp_path / "a.gpkg")
    newer = [{**row, "DLMC": "新"} for row in LAND[:1]]
    bring_land(tmp_path / "b.gpkg", newer, [square(119.95, 33.05)], valid_from=LATER)
    assert take("land_use", tmp_path / "1.gpkg").rows == 1
    assert take("land_use", tmp_path / "2.gpkg", as_of=date(2024, 12, 31)).rows == 3
    first = DatasetVersion.objects.order_by("pk").first()
    assert take("land_use", tmp_path / "3.gpkg", version_ids=[first.pk]).rows == 3
    with pytest.raises(InputRefused, match="没有符合条件"):
        take("land_use", tmp_path / "4.gpkg", as_of=date(2023, 12, 31))
    with pytest.raises(InputRefused, match="99999"):
        take("land_use", tmp_path / "5.gpkg", version_ids=[99999])
    done = take("land_use", tmp_path / "6.gpkg", region_code=CITY)
    assert any("东县" in note for note in done.notes)


def test_a_withdrawn_paper_is_no_longer_on_record(counties, tmp_path):
    bring_approvals(tmp_path / "in.gpkg")
    other = {"PZWH": "示政地〔2023〕2号", "SPHJ": "征收", "BSM": "B1"}
    bring_approvals(tmp_path / "b.gpkg", [other], [square(119.97, 33.07)])
    activate.withdraw("approval", "示政地〔2023〕1号")
    done = take("approval", tmp_path / "t.gpkg")
    assert column(done, "BSM") == ["B1"]


def test_a_feature_in_two_counties_goes_out_once(counties, tmp_path):
    path = source(
        tmp_path / "in.gpkg", [{"LXDM": "H1", "BSM": "1"}], [square(119.995, 33.05, 0.01)]
    )
    activate.activate(
        load.stage_layer("ecological_redline", path, valid_from=LATER, region_code=CITY)
    )
    assert Zone.objects.count() == 2
    assert take("ecological_redline", tmp_path / "t.gpkg").rows == 1


def test_only_what_the_user_may_take(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    bring_land(tmp_path / "land.gpkg")
    mine = scope_of(person(WEST, "brigade"))
    assert column(take("patches", tmp_path / "1.gpkg", scope=mine), "XZQDM") == [
        WEST,
        WEST + "001",
    ]
    assert take("land_use", tmp_path / "2.gpkg", scope=mine).rows == 3
    theirs = scope_of(person(EAST, "brigade"))
    with pytest.raises(InputRefused, match="没有符合条件"):
        take("land_use", tmp_path / "3.gpkg", scope=theirs)
    for scope in (scope_of(person(CITY, "official")), NOTHING):
        for what in ("patches", "land_use"):
            with pytest.raises(NotAllowed, match="导出"):
                take(what, tmp_path / "4.gpkg", scope=scope)
    assert not (tmp_path / "4.gpkg").exists()


def test_a_site_check_stays_with_its_unit(counties, tmp_path):
    mine = scope_of(person(WEST, "planner", unit="规划科"))
    others = scope_of(person(WEST, "planner", unit="别科"))
    batch = load.BatchSpec("check", source="选址", owner=Unit.objects.get(name="规划科"))
    record = {"XZQDM": WEST, "JCBH": "1"}
    load.stage_patches(source(tmp_path / "in.gpkg", [record], [square(119.95, 33.05)]), batch=batch)
    assert take("patches", tmp_path / "1.gpkg", scope=mine).rows == 1
    with pytest.raises(InputRefused, match="没有符合条件"):
        take("patches", tmp_path / "2.gpkg", scope=others)
    with pytest.raises(BatchUnknown):
        take("patches", tmp_path / "3.gpkg", scope=others, batch="check")


def test_an_existing_file_is_kept_unless_told_otherwise(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    (tmp_path / "t.shp").write_text("mine")
    (tmp_path / "t.qix").write_text("index of the old file")
    with pytest.raises(InputRefused, match="--overwrite"):
        take("patches", tmp_path / "t.shp")
    assert (tmp_path / "t.shp").read_text() == "mine"
    take("patches", tmp_path / "t.shp", overwrite=True)
    assert pyogrio.read_info(tmp_path / "t.shp")["features"] == 3
    assert not (tmp_path / "t.qix").exists()
    (tmp_path / "u.dbf").write_text("mine")
    with pytest.raises(InputRefused, match=r"u\.dbf"):
        take("patches", tmp_path / "u.shp")
    assert (tmp_path / "u.dbf").read_text() == "mine"
    assert not (tmp_path / "u.shp").exists()


def test_a_failed_export_leaves_nothing_and_keeps_the_old(counties, tmp_path, monkeypatch):
    bring_patches(tmp_path / "in.gpkg")
    (tmp_path / "t.gpkg").write_text("mine")

    def full_disk(path, sheet, chunks, losses):
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMATS, "gpkg", Format(full_disk, ".gpkg"))
    with pytest.raises(OSError, match="No space"):
        take("patches", tmp_path / "t.gpkg", overwrite=True)
    assert (tmp_path / "t.gpkg").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.gpkg", "media", "t.gpkg"]


def test_fewer_rows_than_were_counted_are_no_file(counties, tmp_path, monkeypatch):
    bring_patches(tmp_path / "in.gpkg")
    whole = sqlfiles.stream
    monkeypatch.setattr(
        sqlfiles, "stream", lambda *args, **how: (row for row in list(whole(*args, **how))[:2])
    )
    with pytest.raises(InputRefused, match="应写 3 个要素，只读到 2 个"):
        take("patches", tmp_path / "t.gpkg")
    assert not (tmp_path / "t.gpkg").exists()


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        ("EPSG:2379", "西安"),
        ("EPSG:2433", "北京"),
        ("EPSG:4527", "不在该带内"),
        ("EPSG:4497", "不在该带内"),
        ("EPSG:32633", "适用范围"),
        ("EPSG:4978", "经纬度或平面"),
        ("nonsense", "没有坐标系"),
    ],
)
def test_planes_that_the_ground_does_not_fit_are_refused(counties, tmp_path, crs, message):
    bring_patches(tmp_path / "in.gpkg")
    with pytest.raises(CrsRefused, match=message):
        take("patches", tmp_path / "t.gpkg", crs=crs)


def test_ground_a_little_beyond_its_zone_is_written_and_told(counties, tmp_path):
    # the zone of 117 E ends at 118.5; that of 120 E begins there
    counties[WEST].geom = square(118.2, 33.0, 0.4).wkt.replace("POLYGON ((", "MULTIPOLYGON (((")[
        :-1
    ] + "))"  # fmt: skip
    counties[WEST].save()
    record = {"XZQDM": WEST, "JCBH": "1"}
    bring_patches(tmp_path / "in.gpkg", records=[record], geoms=[square(118.45, 33.05, 0.01)])
    done = take("patches", tmp_path / "t.gpkg", crs="EPSG:4528")
    assert any("0.0500°" in note for note in done.notes)


def test_a_batch_or_folder_that_is_not_there(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    with pytest.raises(BatchUnknown, match="2099"):
        take("patches", tmp_path / "t.gpkg", batch="2099")
    with pytest.raises(InputRefused, match="没有文件夹"):
        take("patches", tmp_path / "gone" / "t.gpkg")


def test_the_command_prints_json_and_nothing_else(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    out, err = StringIO(), StringIO()
    call_command(
        "export", "patches", str(tmp_path / "t.shp"), "--region", WEST, "--json",
        stdout=out, stderr=err,
    )  # fmt: skip
    told = json.loads(out.getvalue())
    assert told["rows"] == 2
    assert told["path"] == str(tmp_path / "t.shp")
    assert told["crs"].startswith("EPSG:4490 ")
    assert told["encoding"] == "UTF-8"
    fields = {row["field"]: row["column"] for row in told["columns"] if row["field"]}
    assert fields["jcbh"] == "JCBH"
    assert [row["column"] for row in told["dropped"]] == ["BZ"]


def test_the_command_says_what_is_wrong(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    for options, message in (
        (["patches", str(tmp_path / "t.xyz")], "--format"),
        (["patches"], "--format"),
        (["patches", str(tmp_path / "t.gpkg"), "--as", "nobody"], "没有账号 nobody"),
        (["soil", str(tmp_path / "t.gpkg")], "没有图层 soil"),
        (["patches", str(tmp_path / "t.shp"), "--format", "gpkg"], "不符"),
        (["land_use", str(tmp_path / "t.gpkg"), "--batch", "x"], "只用于图斑"),
        (["patches", str(tmp_path / "t.gpkg"), "--as-of", "2024-01-01"], "只用于图层"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("export", *options, stdout=StringIO(), stderr=StringIO())


def test_the_command_as_a_user(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    user = person(EAST, "brigade")
    out = StringIO()
    call_command(
        "export", "patches", "--format", "csv", "--out", str(tmp_path / "t.csv"),
        "--as", user.username, stdout=out, stderr=StringIO(),
    )  # fmt: skip
    assert "1 个要素" in out.getvalue()


@pytest.mark.parametrize(("name", "package"), [("xlsx", "xlsxwriter"), ("parquet", "pyarrow")])
def test_a_package_that_is_not_installed(counties, tmp_path, monkeypatch, name, package):
    bring_patches(tmp_path / "in.gpkg")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PackageMissing, match="没有安装"):
        take("patches", tmp_path / f"t.{name}")
    assert not (tmp_path / f"t.{name}").exists()
