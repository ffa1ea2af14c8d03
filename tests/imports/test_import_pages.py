"""The pages of imports: who may open them, what they keep, what they refuse, and in which words."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from imports import load
from imports.models import Delivery, DeliveryStatus, Upload
from imports.pages import issues, listing
from imports.pages.words import on_page
from spatial import jobs
from spatial.models import Batch, Job, JobState, Region, User
from tests.imports.conftest import CITY, DAY, EAST, WEST, shapefile, square, zipped
from tests.people import person

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

HERE, THERE = square(119.95, 33.05), square(120.05, 33.05)
BOWTIE = shapely.Polygon([(119.95, 33.05), (119.951, 33.051), (119.951, 33.05), (119.95, 33.051)])
LAND = {"BSM": "1", "DLBM": "0101", "DLMC": "水田", "ZLDWDM": f"{WEST}001001"}
PATCH = {"BH": "一号", "XZQDM": WEST, "JCMJ": 10375.0}
PANEL = {"X-Requested-With": "panel", "Accept": "text/html"}


@pytest.fixture
def west(counties: dict[str, Region], settings: Any, tmp_path: Path) -> User:
    """Imports for the western county."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return person(WEST, "data_admin", name="west")


@pytest.fixture
def east(west: User) -> User:
    return person(EAST, "data_admin", name="east")


def reader(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def words(answer: Any) -> str:
    """What a reader reads: neither markup nor the blocks of JSON for the map."""
    html = re.sub(r"<script\b.*?</script>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def parts(path: Path) -> list[SimpleUploadedFile]:
    """The files of a shapefile, as a browser sends them."""
    found = sorted(path.parent.glob(f"{path.stem}.*"))
    return [SimpleUploadedFile(file.name, file.read_bytes()) for file in found]


def land(folder: Path, *geoms: Any, **more: Any) -> Path:
    """Undeclared GBK, with its .prj."""
    rows = [{**LAND, "BSM": str(number), **more} for number, _ in enumerate(geoms, 1)]
    return shapefile(folder / "地类.shp", rows, list(geoms), epsg=4528)


def sent(user: User, path: Path) -> Upload:
    answer = reader(user).post("/imports/", {"files": parts(path)}, headers={"Accept": "text/html"})
    assert answer.status_code == 302, words(answer)
    token = answer["Location"].rstrip("/").rsplit("/", 1)[-1]
    return Upload.objects.get(token=token)


def url(upload: Upload) -> str:
    return reverse("import_upload", args=[upload.token])


def work() -> None:
    """What the worker does."""
    for job in Job.objects.filter(state=JobState.WAITING):
        jobs.do_job(job.pk)


def looked(user: User, path: Path) -> Upload:
    """Sent, opened, and read by the worker."""
    upload = sent(user, path)
    assert "排队中" in words(reader(user).get(url(upload)))
    work()
    upload.refresh_from_db()
    return upload


def say(user: User, upload: Upload, **told: str) -> Any:
    """What the page sends when something was filled in."""
    told = {name.replace("__", "."): value for name, value in told.items()}
    answer = reader(user).post(url(upload), told, headers=PANEL)
    upload.refresh_from_db()
    return answer


def as_land(user: User, path: Path) -> Upload:
    """An upload that is to become land use."""
    upload = looked(user, path)
    say(user, upload, suggested="land_use")
    work()
    upload.refresh_from_db()
    return upload


def staged(path: Path, region: str = WEST, by: User | None = None) -> Delivery:
    return load.stage_layer("land_use", path, valid_from=DAY, region_code=region, by=by)


# ---------------------------------------------------------------- who may


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


# ---------------------------------------------------------------- an upload


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


# ---------------------------------------------------------------- the list, the report


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


# ---------------------------------------------------------------- words


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
