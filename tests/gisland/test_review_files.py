"""Files from the desk: register, KML, printed sheets; within the scope, and each on record."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from gisland.pages.review_jobs import write_in_background
from imports.models import ExportLog
from spatial.errors import NotAllowed, Stopped
from spatial.jobs import do_job
from spatial.models import Job, Patch, User
from tests.browser import world as drawn
from tests.browser.world import World, make_world, reach_into_next
from tests.gisland.test_pages import reader
from tests.people import person

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def take(user: User | None, form: str, query: str = "") -> Any:
    return reader(user).get(f"/review/export.{form}?{query}")


def cells(answer: Any) -> list[list[Any]]:
    content = answer.getvalue() if answer.streaming else answer.content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def register(answer: Any) -> dict[str, dict[str, Any]]:
    """The rows of a register by number."""
    rows = cells(answer)
    at = next(n for n, row in enumerate(rows) if row[0] == "监测编号")
    return {row[0]: dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :] if row[0]}


def test_the_register_has_the_offices_columns(world: World) -> None:
    rows = register(take(world.officer, "xlsx"))
    row = rows[world.patch.jcbh]
    assert (row["任务来源"], row["县区"], row["乡镇"]) == ("自然资源部下发", "绘图县", "绘图镇")
    assert row["图斑面积(平方米)"] == 10_000
    assert row["图斑面积(亩)"] == 15
    assert row["占永久基本农田面积(亩)"] == 7.5
    assert row["变化前地类"].startswith("0101")
    assert "示地〔2023〕1号" in row["批单"]
    assert (row["初判"], row["核查状态"]) == ("少征多用", "未判")
    assert rows[world.waiting.jcbh]["初判"] == "未评定"


def test_a_register_tells_what_was_decided(world: World) -> None:
    client = reader(world.officer)
    seen = client.get(f"/review/patches/{world.patch.pk}.json").json()["seen"]
    told = {"kind": "reject", "reason_code": "outline", "note": "边界有误", "seen": seen}
    address = f"/review/patches/{world.patch.pk}/act"
    assert client.post(address, told, content_type="application/json").status_code == 200
    row = register(take(world.officer, "xlsx"))[world.patch.jcbh]
    assert (row["核查状态"], row["说明"], row["经办人"]) == ("已退回", "边界有误", "zhang")
    assert row["退回原因"]
    assert not row["合法性判定"]


@pytest.mark.parametrize("form", ["xlsx", "kml", "pdf"])
def test_a_file_is_of_one_patch_or_of_what_the_filters_find(world: World, form: str) -> None:
    for query, count in (("", 2), ("status=open", 1), (f"only={world.waiting.pk}", 1)):
        answer = take(world.officer, form, query)
        assert answer.status_code == 200, answer.content[:300]
        assert f".{'kml' if form == 'kml' else form}" in answer["Content-Disposition"]
        log = ExportLog.objects.first()
        assert (log.rows, log.by, log.asked["patch_count"]) == (count, world.officer, count)
        assert log.asked["said"] == {"": "全部", "status=open": "status=open"}.get(
            query, "单个图斑"
        )


def test_the_kml_holds_only_what_was_asked_for(world: World) -> None:
    told = take(world.officer, "kml", "status=open").content.decode()
    assert world.patch.jcbh in told
    assert world.waiting.jcbh not in told


@pytest.mark.parametrize("form", ["xlsx", "kml", "pdf"])
def test_nothing_is_taken_beyond_the_scope(world: World, form: str) -> None:
    answer = take(world.stranger, form, f"only={world.patch.pk}")
    assert answer.status_code == 400
    assert "没有符合条件的图斑" in answer.content.decode()
    official = person(drawn.HOME, "official", name="li")
    assert take(official, form).status_code == 403
    assert take(None, form).status_code in (302, 401)
    assert not ExportLog.objects.exists()


def test_ground_beyond_the_counties_is_not_in_the_register(world: World) -> None:
    reach_into_next(world.patch)
    row = register(take(world.officer, "xlsx"))[world.patch.jcbh]
    assert row["占永久基本农田面积(亩)"] in (None, "—")
    assert "区外 5,000.00 m² 未核查" in row["备注"]


def test_many_sheets_are_printed_in_the_background(world: World, settings: Any) -> None:
    client = reader(world.officer)
    job = Job.objects.get(pk=client.post("/review/files/new.pdf", {"status": "open"}).json()["job"])
    assert client.get(f"/review/files/{job.pk}").status_code == 404
    do_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert client.get(f"/review/files/{job.pk}.json").json()["result"] == {"count": 1}
    told = client.get(f"/review/files/{job.pk}")
    assert b"".join(told.streaming_content).startswith(b"%PDF")
    assert ExportLog.objects.get().what == "sheets"
    assert reader(world.stranger).get(f"/review/files/{job.pk}").status_code == 404


def test_a_long_register_is_written_in_the_background(world: World, monkeypatch: Any) -> None:
    at_once = take(world.officer, "xlsx")
    monkeypatch.setattr("gisland.pages.review_files.ROWS_AT_ONCE", 1)
    monkeypatch.setattr("gisland.pages.review_register.LOT", 1)
    assert "后台生成" in take(world.officer, "xlsx").content.decode()
    client = reader(world.officer)
    job = Job.objects.get(pk=client.post("/review/files/new.xlsx", {}).json()["job"])
    do_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    assert client.get(f"/review/files/{job.pk}.json").json()["result"] == {"count": 2}
    assert reader(world.stranger).get(f"/review/files/{job.pk}").status_code == 404
    later = client.get(f"/review/files/{job.pk}")
    assert cells(later) == cells(at_once), "the same table, however it was written"
    assert [log.rows for log in ExportLog.objects.filter(what="register")] == [2, 2]


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_a_file_is_not_given_out_once_rights_have_changed(world: World, form: str) -> None:
    number = reader(world.officer).post(f"/review/files/new.{form}", {}).json()["job"]
    do_job(number)
    assert reader(world.officer).get(f"/review/files/{number}").status_code == 200
    world.officer.roles = ["planner"]  # sees and exports as much, but may not decide
    world.officer.save()
    answer = reader(world.officer).get(f"/review/files/{number}")
    assert answer.status_code == 404
    world.officer.roles = ["official"]
    world.officer.save()
    assert reader(world.officer).get(f"/review/files/{number}").status_code == 403


def test_a_register_ends_where_rights_change_meanwhile(world: World, settings: Any) -> None:
    def progress(phase: str, done: int = 0, total: int = 0) -> None:
        User.objects.filter(pk=world.officer.pk).update(roles=["official"])

    arguments = {"filters": {}, "today": "2026-01-01", "root": ""}
    with pytest.raises(NotAllowed, match="权限有变"):
        write_in_background(arguments, world.officer, drawn.DAY(2026, 1, 1), progress)
    assert not list((settings.MEDIA_ROOT / "sheets").iterdir())
    assert not ExportLog.objects.exists()


def test_a_register_that_is_stopped_leaves_nothing(world: World, settings: Any) -> None:
    told: list[tuple[int, int]] = []

    def progress(phase: str, done: int = 0, total: int = 0) -> None:
        told.append((done, total))
        if done:
            raise Stopped

    arguments = {"filters": {}, "today": "2026-01-01", "root": ""}
    with pytest.raises(Stopped):
        write_in_background(arguments, world.officer, drawn.DAY(2026, 1, 1), progress)
    assert told[-1] == (2, 2)
    assert not list((settings.MEDIA_ROOT / "sheets").iterdir())
    assert not ExportLog.objects.exists()


def test_a_file_goes_on_until_its_asker_stops_it(world: World) -> None:
    client = reader(world.officer)
    number = client.post("/review/files/new.xlsx", {}).json()["job"]
    assert reader(world.stranger).post(f"/review/files/{number}/stop").status_code == 404
    assert client.post(f"/review/files/{number}/stop").status_code == 200
    do_job(number)
    assert Job.objects.get(pk=number).state == "stopped"
    assert client.get(f"/review/files/{number}").status_code == 404
    assert client.post("/review/files/new.doc", {}).status_code == 404


def test_a_file_is_not_made_of_everything_there_is(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("gisland.pages.review_files.MOST_ROWS", 1)
    answer = take(world.officer, "xlsx")
    assert answer.status_code == 400
    assert "缩小筛选" in answer.content.decode()
    assert Patch.objects.count() == 2
