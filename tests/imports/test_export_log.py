"""Each file taken out is on record, and carries the number of its record."""

from __future__ import annotations

import io
import json
import zipfile
from io import StringIO

import pyogrio
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from imports import export_log
from imports.export import Asked, Form, export, export_to_bytes
from imports.models import ExportLog
from imports.writers import FORMATS
from spatial.accounts import make_user
from spatial.errors import InputRefused, NotAllowed
from spatial.scope import scope_of
from tests.imports.conftest import EAST, WEST
from tests.imports.exported import TODAY, bring_patches, formats, take

pytestmark = pytest.mark.django_db


def brigade(region: str):
    return make_user(f"u{region}", "a-long-enough-word-7", region_code=region, roles=("brigade",))


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def everything_in(done) -> str:
    """All text that the files hold, also within zipped workbooks."""
    texts = []
    for path in done.files:
        data = path.read_bytes()
        texts.append(data)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as pack:
                texts += [pack.read(name) for name in pack.namelist()]
    return b"".join(texts).decode("utf-8", "ignore") + b"".join(texts).decode("gbk", "ignore")


@pytest.mark.parametrize("name", formats(*FORMATS))
def test_every_format_says_who_when_and_which_record(counties, tmp_path, name):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / f"t{FORMATS[name].suffix}", region_code=WEST)
    log = ExportLog.objects.get()
    said = everything_in(done)
    assert done.mark == log.mark
    for word in (log.mark, "测试", TODAY.isoformat(), f"行政区 {WEST}"):
        assert word in said
    assert (log.what, log.format, log.rows, log.path) == ("patches", name, 2, str(done.path))
    assert log.told["files"] == [str(path) for path in done.files]


def test_a_csv_stays_a_table_and_its_stamp_lies_beside(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.csv")
    lines = done.path.read_text("utf-8-sig").splitlines()
    assert done.mark not in "".join(lines)
    assert [path.name for path in done.files] == ["t.csv", "t.csv.txt"]
    assert done.mark in done.files[1].read_text("utf-8-sig")


def test_the_record_says_what_was_asked_and_by_whom(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    user = brigade(EAST)
    scope = scope_of(user)
    asked = Asked(scope=scope, batch="2024Q1", where=["patch.area_m2 > 1"])
    done = export(
        "patches", tmp_path / "t.gpkg", Form("gpkg"), asked, by=user.username, today=TODAY,
        user=user,
    )  # fmt: skip
    log = ExportLog.objects.get()
    assert (log.by, log.by_name, log.scope_key, log.rows) == (user, user.username, scope.key, 1)
    assert log.asked == {
        "batch": "2024Q1", "where": ["patch.area_m2 > 1"], "counties": [EAST],
        "roles": ["brigade"],
    }  # fmt: skip
    assert "账号可见的 1 个县" in done.stamp


def test_what_is_refused_is_no_export(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    official = make_user("o", "a-long-enough-word-7", region_code=WEST, roles=("official",))
    with pytest.raises(NotAllowed):
        take("patches", tmp_path / "t.gpkg", scope=scope_of(official))
    with pytest.raises(InputRefused):
        take("patches", tmp_path / "t.gpkg", batch="2024Q1", where=["patch.area_m2 < 0"])
    assert not ExportLog.objects.exists()


def test_a_file_that_cannot_be_recorded_is_not_given_out(counties, tmp_path, monkeypatch):
    bring_patches(tmp_path / "in.gpkg")

    def fails(**_):
        raise DatabaseError("disk full")

    monkeypatch.setattr(ExportLog.objects, "create", fails)
    with pytest.raises(export_log.ExportNotLogged, match="未交出文件"):
        take("patches", tmp_path / "t.gpkg")
    assert [path.name for path in tmp_path.iterdir() if path.name != "media"] == ["in.gpkg"]


@pytest.mark.parametrize("role", ["web", "owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE imports_exportlog SET rows = 0", "DELETE FROM imports_exportlog"]
)
def test_a_record_is_never_changed(counties, tmp_path, role, statement):
    bring_patches(tmp_path / "in.gpkg")
    take("patches", tmp_path / "t.gpkg")
    if role == "web":
        run("SET LOCAL ROLE gisland_web")
    with pytest.raises(DatabaseError) as raised:
        run(statement)
    assert ("permission denied" if role == "web" else "只可追加") in str(raised.value)


def test_a_page_gets_bytes_and_several_files_as_one_zip(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    ask = {"by": "甲", "today": TODAY}
    name, data, done = export_to_bytes("patches", Form("geojson"), Asked(), **ask)
    assert name == f"patches-{TODAY}.geojson"
    assert len(json.loads(data)["features"]) == done.rows == 3
    name, data, _ = export_to_bytes("patches", Form("csv"), Asked(), **ask)
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        assert sorted(pack.namelist()) == [f"patches-{TODAY}.csv", f"patches-{TODAY}.csv.txt"]
    name, data, _ = export_to_bytes("patches", Form("shp"), Asked(), **ask)
    (tmp_path / name).write_bytes(data)
    assert name.endswith(".zip")
    assert len(pyogrio.read_dataframe(tmp_path / name)) == 3
    assert ExportLog.objects.count() == 3


def test_the_command_finds_the_record_of_a_file(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "a.gpkg")
    take("patches", tmp_path / "b.gpkg")
    out = StringIO()
    call_command("exports", "list", "--mark", done.mark, "--json", stdout=out)
    (row,) = json.loads(out.getvalue())
    assert (row["path"], row["by"]) == (str(done.path), "测试")


def test_the_record_is_read_only_in_the_admin(client, counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    take("patches", tmp_path / "a.gpkg")
    client.force_login(make_user("root", None, region_code=None, roles=(), superuser=True))
    log = ExportLog.objects.get()
    assert log.mark in client.get("/admin/imports/exportlog/").content.decode()
    assert client.get("/admin/imports/exportlog/add/").status_code == 403
    assert client.post(f"/admin/imports/exportlog/{log.pk}/change/", {"rows": 1}).status_code == 403
