"""The page of an upload: who may open it, what it keeps, what it refuses, in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports.models import Delivery, Upload
from spatial.models import Batch, User
from tests.imports.conftest import WEST, shapefile, square, zipped
from tests.imports.page_steps import (
    BOWTIE,
    HERE,
    LAND,
    THERE,
    as_land,
    land,
    looked,
    reader,
    say,
    sent,
    url,
    words,
    work,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

PATCH = {"BH": "一号", "XZQDM": WEST, "JCMJ": 10375.0}


def test_parts_of_a_shapefile_are_one_upload_and_are_read_at_once(
    west: User, tmp_path: Path
) -> None:
    upload = looked(west, land(tmp_path, HERE, THERE))
    assert upload.file_name == "地类.shp"
    text = words(reader(west).get(url(upload)))
    assert "GBK（GB18030）" in text
    assert "EPSG:4528" in text
    assert "按列名看来是： 三调地类" in text
    assert "请选择数据去向" in text


def test_a_machine_is_answered_with_the_address(west: User, tmp_path: Path) -> None:
    path = zipped(land(tmp_path, HERE), tmp_path / "地类.zip")
    file = SimpleUploadedFile("地类.zip", path.read_bytes())
    answer = reader(west).post("/imports/", {"files": file}, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    assert answer.json()["url"] == url(Upload.objects.get())


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], "没有收到文件"),
        ([SimpleUploadedFile("空.shp", b"")], "空文件"),
        ([SimpleUploadedFile("a.shp", b"1"), SimpleUploadedFile("b.shp", b"2")], "一次只上传一份"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(west: User, files: Any, told: str) -> None:
    for accept, status in (("text/html", 400), ("application/json", 400)):
        for file in files:
            file.seek(0)
        answer = reader(west).post("/imports/", {"files": files}, headers={"Accept": accept})
        assert answer.status_code == status
        said = words(answer) if accept == "text/html" else answer.json()["detail"]
        assert told in said
    assert not Upload.objects.exists()


def test_what_is_filled_in_is_kept(west: User, tmp_path: Path) -> None:
    upload = as_land(west, land(tmp_path, HERE))
    say(west, upload, valid_from="2024-12-31", set__remark="三调成果", map__name="DLMC")
    assert upload.options["valid_from"] == "2024-12-31"
    assert upload.options["set"] == {"remark": "三调成果"}
    assert upload.options["map"] == {"name": "DLMC"}
    page = reader(west).get(url(upload)).content.decode()
    assert 'value="2024-12-31"' in page
    assert 'value="三调成果"' in page
    assert "水田" in words(reader(west).get(url(upload)))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"crs": "EPSG:9"}, "没有坐标系"),
        ({"encoding": "klingon"}, "不认识编码"),
        ({"target": "moon"}, "没有这个去向"),
        ({"valid_from": "2024-13-45"}, "不是日期"),
    ],
)
def test_a_bad_value_is_told_at_its_field_and_not_kept(
    west: User, tmp_path: Path, told: dict[str, str], said: str
) -> None:
    upload = as_land(west, land(tmp_path, HERE))
    before = upload.options
    answer = say(west, upload, **told)
    ((name, value),) = told.items()
    assert answer.status_code == 422
    assert upload.options == before
    page = answer.content.decode()
    assert f'id="{name}-fault"' in page
    assert said in words(answer)
    assert "--" not in words(answer)
    if name in {"crs", "valid_from"}:
        assert f'value="{value}"' in page


def test_nothing_is_imported_before_all_is_said(west: User, tmp_path: Path) -> None:
    upload = as_land(west, land(tmp_path, HERE))
    answer = say(west, upload, action="bring", map__code="")
    assert answer.status_code == 422
    text = words(answer)
    assert "快照图层要给出生效日期" in text
    assert "必填字段“地类编码”还没有对应的列" in text
    assert 'aria-invalid="true" aria-describedby="missing.code"' in answer.content.decode()
    work()
    assert not Delivery.objects.exists()


def test_a_dry_run_tells_and_stores_nothing(west: User, tmp_path: Path) -> None:
    upload = as_land(west, land(tmp_path, BOWTIE))
    say(west, upload, valid_from="2024-12-31", action="try")
    work()
    assert not Delivery.objects.exists()
    text = words(reader(west).get(url(upload)))
    assert "试运行（未写入）" in text
    assert "图形无效" in text


def test_it_comes_in_once_and_leads_to_its_report(west: User, tmp_path: Path) -> None:
    upload = as_land(west, land(tmp_path, HERE))
    say(west, upload, valid_from="2024-12-31", action="bring")
    again = say(west, upload, valid_from="2023-12-31")
    assert again.status_code == 422
    assert "请等它结束或先停止" in words(again)
    work()
    delivery = Delivery.objects.get()
    assert delivery.options["valid_from"] == "2024-12-31"
    assert delivery.by == west
    answer = reader(west).get(url(upload))
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{delivery.pk}/")
    upload.refresh_from_db()
    assert upload.job is not None
    told = reader(west).get(f"/imports/jobs/{upload.job.pk}.json").json()
    assert told["next"] == f"/imports/{delivery.pk}/"
    assert "已导入" in words(say(west, upload, valid_from="2023-12-31"))


def test_a_job_that_waits_can_be_stopped(west: User, tmp_path: Path) -> None:
    upload = sent(west, land(tmp_path, HERE))
    reader(west).get(url(upload))
    upload.refresh_from_db()
    assert upload.job is not None
    told = (
        reader(west)
        .post(f"/imports/jobs/{upload.job.pk}/stop/", headers={"Accept": "application/json"})
        .json()
    )
    assert (told["state"], told["open"]) == ("stopped", False)
    assert "判读已停止" in words(reader(west).get(url(upload)))
    say(west, upload, action="look")
    work()
    assert "EPSG:4528" in words(reader(west).get(url(upload)))


def test_a_file_that_cannot_be_read_says_why_without_options_of_commands(
    west: User, tmp_path: Path
) -> None:
    path = shapefile(tmp_path / "远.shp", [LAND], [square(100.0, 20.0)], epsg=4490)
    upload = looked(west, path)
    text = words(reader(west).get(url(upload)))
    assert "坐标不在行政区范围内" in text
    assert "“坐标系”栏" in text
    assert "--crs" not in text


def test_patches_go_into_a_batch_that_is_there_without_asking_for_it_again(
    west: User, tmp_path: Path
) -> None:
    Batch.objects.create(code="2024Q1", source="部", title="一季度")
    upload = looked(west, shapefile(tmp_path / "tb.shp", [PATCH], [HERE], epsg=4490))
    say(west, upload, target="patch")
    answer = say(west, upload, batch="2024Q1", source="省")
    text = words(answer)
    assert "已有批次：一季度，来源 部" in text
    assert "source" not in upload.options
    assert "图斑入库后不能改写" in text


def test_an_upload_is_forgotten_when_told(west: User, tmp_path: Path) -> None:
    upload = looked(west, land(tmp_path, HERE))
    file = upload.file
    assert "地类.shp" in words(reader(west).get("/imports/"))
    assert reader(west).post(f"{url(upload)}drop/").status_code in {200, 302}
    assert not file.exists()
    assert reader(west).get(url(upload)).status_code == 404
