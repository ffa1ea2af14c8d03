"""The pages of imports: who may open them; the list, and the report of a delivery."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.test import Client

from imports import load
from imports.models import Delivery, DeliveryStatus, Upload
from imports.pages import issues, listing
from imports.pages.words import on_page
from tests.imports.conftest import CITY, DAY, EAST, WEST, square
from tests.imports.page_steps import (
    BOWTIE,
    HERE,
    THERE,
    as_land,
    land,
    looked,
    parts,
    reader,
    say,
    staged,
    url,
    words,
    work,
)  # fmt: skip
from tests.people import person

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.models import User

pytestmark = pytest.mark.django_db


def test_a_visitor_is_sent_to_the_login(west: User, settings: Any) -> None:
    settings.DEMO = True
    answer = reader(None).get("/imports/")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/imports/"


@pytest.mark.parametrize("role", ["brigade", "planner", "official", "reviewer", "admin"])
def test_who_may_not_import_is_told_so_and_sees_no_door(west: User, role: str) -> None:
    officer = person(WEST, role, name="zhang")
    answer = reader(officer).get("/imports/")
    assert answer.status_code == 403
    assert "不能“导入数据”" in words(answer)
    assert "数据导入" not in words(reader(officer).get("/patches/"))
    assert "数据导入" in words(reader(west).get("/patches/"))


def test_a_form_without_token_is_refused(west: User, tmp_path: Path) -> None:
    upload = looked(west, land(tmp_path, HERE))
    client = Client(enforce_csrf_checks=True)
    client.force_login(west)
    assert client.post("/imports/", {"files": parts(land(tmp_path, HERE))}).status_code == 403
    assert client.post(url(upload), {"target": "land_use"}).status_code == 403
    assert Upload.objects.count() == 1
    assert Upload.objects.get().options.get("guess") is True


def test_another_countys_importer_sees_neither_upload_nor_delivery(
    west: User, east: User, tmp_path: Path
) -> None:
    upload = looked(west, land(tmp_path, HERE))
    delivery = staged(land(tmp_path, HERE), by=west)
    for address in (url(upload), f"/imports/{delivery.pk}/", f"/imports/{delivery.pk}/issues.xlsx"):
        assert reader(west).get(address).status_code == 200
        assert reader(east).get(address).status_code == 404
    assert "地类.shp" not in words(reader(east).get("/imports/"))
    job = upload.job
    assert job is not None
    assert reader(west).get(f"/imports/jobs/{job.pk}.json").json()["state"] == "done"
    assert reader(east).get(f"/imports/jobs/{job.pk}.json").status_code == 404
    assert reader(east).post(f"/imports/jobs/{job.pk}/stop/").status_code == 404
    assert reader(east).post(f"/imports/{delivery.pk}/", {"action": "discard"}).status_code == 404
    assert reader(east).post(f"{url(upload)}drop/").status_code == 404


def test_a_delivery_over_two_counties_is_read_above_them(
    west: User, east: User, tmp_path: Path
) -> None:
    city = person(CITY, "data_admin", name="city")
    path = land(tmp_path, HERE, THERE, ZLDWDM="")
    delivery = staged(path, region=CITY)
    assert delivery.versions.count() == 2
    address = f"/imports/{delivery.pk}/"
    assert [reader(user).get(address).status_code for user in (west, east, city)] == [404, 404, 200]


def test_a_region_of_others_cannot_be_chosen(west: User, tmp_path: Path) -> None:
    upload = looked(west, land(tmp_path, HERE))
    answer = say(west, upload, region=EAST)
    assert answer.status_code == 422
    assert "该行政区不在您的范围内" in words(answer)
    assert "region" not in upload.options


def test_the_list_counts_and_filters_and_turns_pages(
    west: User, tmp_path: Path, monkeypatch: Any
) -> None:
    first = staged(land(tmp_path, BOWTIE))
    second = load.stage_layer(
        "land_use",
        land(tmp_path, HERE),
        valid_from=DAY,
        region_code=WEST,
        constants={"remark": "x"},
    )  # fmt: skip
    text = words(reader(west).get("/imports/"))
    assert re.search(rf"{first.pk} 地类.shp 三调地类 1 0 [1-9]", text)
    assert f'href="/imports/{first.pk}/"' in reader(west).get("/imports/").content.decode()
    assert "没有符合条件的导入" in words(reader(west).get("/imports/?status=active"))
    assert "没有符合条件的导入" in words(reader(west).get("/imports/?layer=patches"))
    assert "地类.shp" in words(reader(west).get("/imports/?layer=land_use&q=地类"))
    monkeypatch.setattr(listing, "PAGE", 1)
    page = reader(west).get("/imports/").content.decode()
    assert f"?before={second.pk}" in page
    assert f'href="/imports/{first.pk}/"' not in page
    later = reader(west).get(f"/imports/?before={second.pk}").content.decode()
    assert f'href="/imports/{first.pk}/"' in later


def test_a_report_says_what_was_read_found_and_done(west: User, tmp_path: Path) -> None:
    delivery = staged(land(tmp_path, BOWTIE, square(119.96, 33.05)), by=west)
    answer = reader(west).get(f"/imports/{delivery.pk}/")
    text = words(answer)
    assert "待启用" in text
    assert "EPSG:4528" in text
    assert "图形无效" in text
    assert "数据提供单位" in text
    assert re.search(r"合计 2 .* 2 ", text)
    shapes = {
        one["id"]: one["features"]["features"] for one in answer.context["map_config"]["shapes"]
    }
    issue = delivery.issues.filter(kind="invalid_geometry").get()
    assert issue.pk in {one["id"] for one in shapes["issues"]}
    assert len(shapes["delivered"]) >= 2


def test_issues_of_a_kind_come_in_pages(west: User, tmp_path: Path, monkeypatch: Any) -> None:
    delivery = staged(land(tmp_path, BOWTIE))
    first = delivery.issues.filter(kind="invalid_geometry").get()
    told = {"kind": first.kind, "severity": first.severity}
    others = [delivery.issues.create(row=row, message=f"之{row}", **told) for row in (7, 8)]
    monkeypatch.setattr(issues, "PAGE", 2)
    address = f"/imports/{delivery.pk}/?kind=invalid_geometry"
    page = reader(west).get(address)
    assert "之7" in words(page)
    assert "之8" not in words(page)
    assert f"after={others[0].pk}" in page.content.decode()
    assert "之8" in words(reader(west).get(f"{address}&after={others[0].pk}"))


@pytest.mark.parametrize("form", ["xlsx", "geojson"])
def test_the_error_file_is_handed_out(west: User, tmp_path: Path, form: str) -> None:
    delivery = staged(land(tmp_path, BOWTIE))
    answer = reader(west).get(f"/imports/{delivery.pk}/issues.{form}")
    assert answer.status_code == 200
    assert f"issues.{form}" not in answer["Content-Disposition"]
    if form == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(answer.content))
        cells = [str(cell) for row in sheets.worksheets[0].values for cell in row]
        assert "图形无效" in cells
    else:
        assert answer.json()["type"] == "FeatureCollection"
    assert reader(west).get(f"/imports/{delivery.pk}/issues.csv").status_code == 404


def test_it_is_activated_after_the_tick_by_the_worker(west: User, tmp_path: Path) -> None:
    delivery = staged(land(tmp_path, HERE))
    address = f"/imports/{delivery.pk}/"
    assert "此前没有数据" in words(reader(west).get(address))
    refused = reader(west).post(address, {"action": "activate"})
    assert refused.status_code == 409
    assert "请先勾选“已核对”" in words(refused)
    assert reader(west).post(address, {"action": "activate", "checked": "yes"}).status_code == 302
    twice = reader(west).post(address, {"action": "discard", "checked": "yes"})
    assert twice.status_code == 409
    assert "还没有做完" in words(twice)
    work()
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.ACTIVE
    assert "下一步：重判受影响的图斑" in words(reader(west).get(address))
    stale = reader(west).post(address, {"action": "discard", "checked": "yes"})
    assert stale.status_code == 409
    assert "现在是“已启用”" in words(stale)
    assert reader(west).post(address, {"action": "burn"}).status_code == 400


def test_the_same_file_again_is_said_to_be_so(west: User, tmp_path: Path) -> None:
    path = land(tmp_path, HERE)
    first = staged(path)
    upload = as_land(west, path)
    say(west, upload, valid_from=DAY.isoformat(), region=WEST, action="bring")
    work()
    upload.refresh_from_db()
    newest = Delivery.objects.order_by("-pk")[0]
    text = words(reader(west).get(f"/imports/{newest.pk}/"))
    assert newest.pk == first.pk or f"同一个文件（指纹相同）还有： 导入 {first.pk}" in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("请用 --crs EPSG:n 指明。", "请用“坐标系”栏指明。"),
        ("请用 --encoding GBK 指明。", "请用“编码”栏（GBK）指明。"),
        ("不对时用 --encoding 指明。", "不对时用“编码”栏指明。"),
        ("请用 --map 字段=列名 指明对应的列，或用 --set 字段=值 统一给出。",
         "请用“字段”栏指明对应的列，或用“统一填写”统一给出。"),
        ("核对 --region、坐标系和行政区界线。", "核对“行政区”栏、坐标系和行政区界线。"),
    ],
)  # fmt: skip
def test_sentences_of_commands_are_said_with_the_fields_of_the_page(told: str, said: str) -> None:
    assert on_page(told) == said
