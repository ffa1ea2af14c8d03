"""Uploads: what arrives is on the disk whole or not at all, and is imported within one's region."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from imports import upload_handler, upload_names, uploads
from imports.models import Delivery, Upload, UploadState
from spatial import jobs
from spatial.errors import DiskFull, InputRefused, NotAllowed, UnknownLayer, UploadTooLarge
from spatial.models import DatasetVersion, Image, Job, JobState, Patch, Region, User, Zone
from tests.imports.conftest import CITY, EAST, WEST, shapefile, square, written
from tests.imports.test_rasters import geotiff
from tests.people import person

if TYPE_CHECKING:
    from django.http import HttpRequest

HERE, THERE = square(119.95, 33.05), square(120.05, 33.05)
FARM = {"BSM": "1", "YJJBNTMJ": None}


def receive_page(request: HttpRequest) -> JsonResponse:
    """What a page does: the form's files, or the words of the refusal."""
    upload = uploads.received(request)
    return JsonResponse({"token": str(upload.token), "name": upload.file_name})


urlpatterns = [path("send/", receive_page)]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return settings.UPLOAD_DIR


@pytest.fixture
def west(counties: dict[str, Region], folder: Path) -> User:
    """Imports for the western county."""
    return person(WEST, "data_admin", name="west")


@pytest.fixture
def city(counties: dict[str, Region], folder: Path) -> User:
    return person(CITY, "data_admin", name="city")


def sent(file: Path, *, name: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name or file.name, file.read_bytes())


def farm(path: Path, *geoms: Any, code: str = "") -> Path:
    records = [{"YJJBNTTBBH": f"{number}{code}"} for number, _ in enumerate(geoms, 1)]
    return written(path, records, list(geoms))


def chosen(file: Path, by: User, target: str = "basic_farmland", **options: Any) -> Upload:
    if target == "basic_farmland":
        options = {"valid_from": "2024-01-01", **options}
    return uploads.choose(uploads.receive(sent(file), by), target, options, by=by)


def worked(job: Job) -> Job:
    jobs.do_job(job.pk)
    job.refresh_from_db()
    return job


def left(folder: Path) -> list[str]:
    """Files under the uploads' folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("永农.shp", "永农.shp"),
        ("../../etc/passwd", "passwd"),
        ("C:\\用户\\桌面\\图斑.zip", "图斑.zip"),
        ("a\x00b\x1f\u202egpj.zip", "abgpj.zip"),
        ("...", "未命名"),
        (".htaccess", "htaccess"),
        ("", "未命名"),
        ("NUL.zip", "_NUL.zip"),
        ("a:b*?.gpkg", "a_b__.gpkg"),
        ("图.zip.", "图.zip"),
        ("e\u0301.zip", "\u00e9.zip"),
    ],
)
def test_a_name_is_data(told: str, kept: str) -> None:
    assert upload_names.safe_name(told) == kept


@pytest.mark.parametrize("told", ["长" * 300 + ".gpkg", "a." + "x" * 300])
def test_a_long_name_fits_the_file_system(told: str) -> None:
    kept = upload_names.safe_name(told)
    assert 0 < len(kept.encode()) <= upload_names.LONGEST_BYTES
    assert kept.endswith(".gpkg") or told.startswith("a.")


def test_the_parts_of_one_shapefile_are_one_delivery() -> None:
    assert upload_names.main_of(["a.dbf", "A.shp", "a.prj"]) == "A.shp"
    assert upload_names.stored_name("a.dbf", "A.shp") == "A.dbf"
    for several in (["a.shp", "b.shp"], ["a.shp", "b.dbf"], ["a.dbf", "a.prj"], ["a.zip", "a.zip"]):
        with pytest.raises(InputRefused, match="一次只上传一份|重名"):
            upload_names.main_of(several)


# ---------------------------------------------------------------- arriving


@pytest.mark.django_db
def test_a_file_is_kept_with_its_fingerprint(west: User, folder: Path, tmp_path: Path) -> None:
    import hashlib

    file = farm(tmp_path / "永农.gpkg", HERE)
    upload = uploads.receive(sent(file, name="../../永农.gpkg"), west)
    assert upload.file == folder / str(upload.token) / "永农.gpkg"
    assert upload.file.read_bytes() == file.read_bytes()
    assert upload.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (upload.state, upload.size_bytes) == (UploadState.RECEIVED, file.stat().st_size)


@pytest.mark.django_db
def test_a_shapefile_dropped_in_parts_is_read_as_one(west: User, tmp_path: Path) -> None:
    shape = shapefile(tmp_path / "永农.shp", [{"YJJBNTTBBH": "1"}], [HERE])
    parts = [sent(part) for part in sorted(tmp_path.glob("永农.*"))]
    upload = uploads.receive(parts, west)
    uploads.choose(upload, "basic_farmland", {"valid_from": "2024-01-01"}, by=west)
    assert upload.file_name == shape.name
    assert worked(uploads.bring(upload)).state == JobState.DONE
    assert Zone.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("files", "said"),
    [([], "没有收到文件"), ([SimpleUploadedFile("a.shp", b"")], "空文件")],
)
def test_nothing_is_refused(west: User, folder: Path, files: list[Any], said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        uploads.receive(files, west)
    assert left(folder) == []


@pytest.mark.django_db
def test_only_who_imports_may_send(counties: Any, folder: Path) -> None:
    with pytest.raises(NotAllowed):
        uploads.receive(SimpleUploadedFile("a.zip", b"x"), person(WEST, "planner"))
    assert not Upload.objects.exists()


def post(who: User | None, name: str, body: bytes, **told: Any) -> Any:
    """A form with one file larger than what Django keeps in memory, or not."""
    client = Client(raise_request_exception=False)
    if who is not None:
        client.force_login(who, "django.contrib.auth.backends.ModelBackend")
    file = SimpleUploadedFile(name, body)
    return client.post(
        "/send/", {"csrf": "1", "file": file}, HTTP_ACCEPT="application/json", **told
    )


@pytest.mark.django_db
@pytest.mark.urls("tests.imports.test_uploads")
class TestForm:
    """Through Django's own reading of the form."""

    def test_a_large_file_goes_to_the_disk_and_is_only_renamed(
        self, west: User, folder: Path, settings: Any
    ) -> None:
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
        answer = post(west, "大.zip", b"x" * 300_000)
        assert answer.status_code == 200
        upload = Upload.objects.get()
        assert upload.file.stat().st_size == 300_000
        assert left(folder) == ["大.zip"]

    @pytest.mark.parametrize("name", ["长" * 300 + ".zip", "a." + "y" * 300, "../../x.zip"])
    def test_any_name_arrives(self, west: User, folder: Path, settings: Any, name: str) -> None:
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
        assert post(west, name, b"x" * 100).status_code == 200
        assert Upload.objects.get().file.parent.parent == folder

    def test_is_refused_by_its_announced_length(
        self, west: User, folder: Path, settings: Any
    ) -> None:
        settings.UPLOAD_LIMIT_BYTES = 1000
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
        answer = post(west, "a.zip", b"x" * (upload_handler.AROUND_BYTES + 2000))
        assert answer.status_code == 413
        assert "一次最多上传" in answer.json()["detail"]
        assert left(folder) == []

    def test_is_refused_while_it_comes_in(self, west: User, folder: Path, settings: Any) -> None:
        settings.UPLOAD_LIMIT_BYTES = 200_000
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
        answer = post(west, "a.zip", b"x" * 400_000)  # within what a form may hold beside
        assert answer.status_code == 413
        assert left(folder) == []
        assert not Upload.objects.exists()

    def test_of_whoever_does_not_import_must_be_small(
        self, counties: Any, folder: Path, settings: Any
    ) -> None:
        settings.UPLOAD_LIMIT_SMALL_BYTES = 1000
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
        body = b"x" * (upload_handler.AROUND_BYTES + 2000)
        for who in (person(WEST, "planner"), None):
            assert post(who, "a.zip", body).status_code == 413
        assert left(folder) == []

    def test_a_disk_that_is_nearly_full_takes_nothing(
        self, west: User, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
        monkeypatch.setattr(upload_handler, "ROOM_BYTES", 1 << 60)
        answer = post(west, "a.zip", b"x" * 5000)
        assert answer.status_code == 507
        assert "磁盘空间不足" in answer.json()["detail"]
        assert left(folder) == []

    def test_a_disk_that_fills_up_keeps_nothing(
        self, west: User, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10

        def full(self: Any, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(upload_handler.ArrivedFile, "write", full, raising=False)
        assert post(west, "a.zip", b"x" * 5000).status_code == 507
        assert left(folder) == []
        assert not Upload.objects.exists()


@pytest.mark.django_db
def test_a_disk_that_fills_up_while_a_small_file_is_kept(
    west: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads, "_take", full)
    with pytest.raises(DiskFull, match="磁盘空间不足"):
        uploads.receive(SimpleUploadedFile("a.zip", b"x"), west)
    assert [path.name for path in folder.iterdir()] == [upload_handler.INCOMING]


@pytest.mark.django_db
def test_the_limit_holds_for_whoever_calls(west: User, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 10
    with pytest.raises(UploadTooLarge, match="一次最多上传"):
        uploads.receive(SimpleUploadedFile("a.zip", b"x" * 11), west)


# ---------------------------------------------------------------- looking


@pytest.mark.django_db
def test_a_look_leaves_its_preview_on_the_upload(west: User, tmp_path: Path) -> None:
    upload = chosen(farm(tmp_path / "永农.gpkg", HERE, THERE), west)
    job = worked(uploads.look(upload))
    upload.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"rows": 2})
    assert (upload.state, upload.preview["rows"]) == (UploadState.LOOKED, 2)
    json.dumps(upload.preview)
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_says_why(west: User, folder: Path) -> None:
    upload = uploads.receive(SimpleUploadedFile("坏.zip", b"not a zip at all"), west)
    uploads.choose(upload, "basic_farmland", {}, by=west)
    job = worked(uploads.look(upload))
    upload.refresh_from_db()
    assert job.state == JobState.FAILED
    assert upload.state == UploadState.REFUSED
    assert "坏.zip" in upload.error
    assert upload.error == job.error


# ---------------------------------------------------------------- bringing in


@pytest.mark.django_db
def test_an_import_ends_as_a_delivery_and_the_same_file_again_changes_nothing(
    city: User, tmp_path: Path
) -> None:
    file = farm(tmp_path / "永农.gpkg", HERE, THERE)
    upload = chosen(file, city)
    job = worked(uploads.bring(upload))
    upload.refresh_from_db()
    assert (upload.state, upload.delivery.by) == (UploadState.IMPORTED, city)
    assert job.result["said"] == "2 个要素已入库，待启用。"
    assert DatasetVersion.objects.filter(status="staged").count() == 2
    second = chosen(file, city)
    said = worked(uploads.bring(second)).result
    second.refresh_from_db()
    assert said["repeated"]
    assert "已导入过" in said["said"]
    assert second.delivery == upload.delivery
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_its_steps_are_told(city: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from spatial.job_progress import Reporter

    seen: list[str] = []
    monkeypatch.setattr(Reporter, "__call__", lambda _, phase, *__: seen.append(phase))
    worked(uploads.bring(chosen(farm(tmp_path / "永农.gpkg", HERE), city)))
    assert seen == ["读文件", "判读", "写入", "检查", "归县", "入库", "完成"]


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["读文件", "写入", "归县", "完成"])
def test_an_import_that_is_stopped_leaves_nothing(
    city: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    from spatial.job_progress import Reporter

    def stop(self: Any, phase: str, *_: int) -> None:
        if phase == at:
            raise jobs.Stopped

    monkeypatch.setattr(Reporter, "__call__", stop)
    upload = chosen(farm(tmp_path / "永农.gpkg", HERE), city)
    assert worked(uploads.bring(upload)).state == JobState.STOPPED
    seen = uploads.visible(city).get()
    assert (seen.state, seen.error) == (UploadState.FAILED, "已停止，未写入任何数据。")
    assert not Delivery.objects.exists()
    assert not DatasetVersion.objects.exists()
    monkeypatch.undo()
    assert worked(uploads.bring(upload)).state == JobState.DONE  # and may be tried again


@pytest.mark.django_db
def test_a_disk_that_fills_up_in_the_middle_leaves_nothing(
    city: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    import shutil

    def full(source: Any, target: Any, **_: Any) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    upload = chosen(farm(tmp_path / "永农.gpkg", HERE), city)
    job = worked(uploads.bring(upload))
    assert (job.state, "磁盘已满" in job.error) == (JobState.FAILED, True)
    assert not Delivery.objects.exists()
    monkeypatch.undo()
    assert worked(uploads.bring(uploads.visible(city).get())).state == JobState.DONE
    kept = next((media / "deliveries").rglob("永农.gpkg"))
    assert kept.read_bytes() != b"half"


@pytest.mark.django_db
def test_patches_are_judged_when_that_was_asked(city: User, tmp_path: Path) -> None:
    record = {"XZQDM": WEST, "JCBH": "1", "TBLX": "01", "QSX": "2023", "HSX": "2024"}
    file = written(tmp_path / "图斑.gpkg", [record], [HERE])
    options = {"batch": "2024Q1", "source": "部", "issued_on": "2024-04-01", "classify": True}
    job = worked(uploads.bring(chosen(file, city, "patch", **options)))
    judging = Job.objects.get(pk=job.result["judging"])
    assert (judging.kind, judging.arguments["batch"], judging.by) == (
        "classify_batch",
        "2024Q1",
        city,
    )
    assert Patch.objects.get().batch.issued_on.isoformat() == "2024-04-01"


@pytest.mark.django_db
def test_an_image_is_brought_in(west: User, tmp_path: Path) -> None:
    upload = chosen(geotiff(tmp_path / "影像.tif"), west, "image", taken_on="2024-03-01")
    worked(uploads.look(upload))
    upload.refresh_from_db()
    assert upload.preview["bands"] in (3, 4)
    job = worked(uploads.bring(upload))
    assert job.state == JobState.DONE, job.error
    assert Image.objects.get().pk == job.result["image"]


# ---------------------------------------------------------------- whose ground


@pytest.mark.django_db
def test_what_lies_in_other_counties_is_not_stored(west: User, tmp_path: Path) -> None:
    job = worked(uploads.bring(chosen(farm(tmp_path / "全市.gpkg", HERE, THERE), west)))
    assert job.state == JobState.DONE, job.error
    assert [version.region.code for version in DatasetVersion.objects.all()] == [WEST]
    issue = Delivery.objects.get().issues.get(kind="outside_region")
    assert (issue.row, issue.done) == (2, "未入库")


@pytest.mark.django_db
@pytest.mark.parametrize("region", [EAST, CITY])
def test_a_region_that_is_not_ones_own_is_refused(west: User, tmp_path: Path, region: str) -> None:
    with pytest.raises(NotAllowed, match="不在您的行政区内"):
        chosen(farm(tmp_path / "东.gpkg", THERE), west, region=region)
    upload = chosen(farm(tmp_path / "东2.gpkg", THERE), west)
    Upload.objects.update(options={"valid_from": "2024-01-01", "region": region})  # forged
    upload.refresh_from_db()
    with pytest.raises(NotAllowed):
        uploads.bring(upload)
    Upload.objects.update(options={"valid_from": "2024-01-01"})
    upload.refresh_from_db()
    job = uploads.bring(upload)
    Upload.objects.update(options={"valid_from": "2024-01-01", "region": region})  # and later still
    assert worked(job).state == JobState.FAILED
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_a_file_of_another_county_is_refused(west: User, tmp_path: Path) -> None:
    job = worked(uploads.bring(chosen(farm(tmp_path / "东.gpkg", THERE), west)))
    assert job.state == JobState.FAILED
    assert "您的行政区" in job.error
    assert not DatasetVersion.objects.exists()


@pytest.mark.django_db
def test_a_neighbour_that_spills_over_makes_no_version_of_ones_own(
    west: User, tmp_path: Path
) -> None:
    spilling = square(119.9999, 33.05)  # a tenth of it in the west
    job = worked(uploads.bring(chosen(farm(tmp_path / "东.gpkg", spilling, THERE), west)))
    assert job.state == JobState.FAILED
    assert not DatasetVersion.objects.exists()


@pytest.mark.django_db
def test_who_lost_the_right_since_imports_nothing(west: User, tmp_path: Path) -> None:
    job = uploads.bring(chosen(farm(tmp_path / "永农.gpkg", HERE), west))
    west.roles = ["planner"]
    west.save()
    assert worked(job).state == JobState.FAILED
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_uploads_are_seen_by_ones_own_region(west: User, city: User) -> None:
    other = person(EAST, "data_admin", name="east")
    uploads.receive(SimpleUploadedFile("a.zip", b"x"), west)
    assert [uploads.visible(who).count() for who in (west, city, other)] == [1, 1, 0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("target", "options", "error", "said"),
    [
        ("no_such", {}, UnknownLayer, "请先选择"),
        ("basic_farmland", {"valid_from": "昨天"}, InputRefused, "不是日期"),
        ("basic_farmland", {"strange": "1"}, InputRefused, "不认识的选项"),
        ("basic_farmland", {"map": ["a"]}, InputRefused, "字段对应"),
        ("basic_farmland", {"crs": {"a": 1}}, InputRefused, "crs"),
        ("patch", {"source": "选址"}, InputRefused, "选址检查页"),
        ("patch", {"source": "某"}, InputRefused, "来源"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_at_once(
    west: User, target: str, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    upload = uploads.receive(SimpleUploadedFile("a.zip", b"x"), west)
    with pytest.raises(error, match=said):
        uploads.choose(upload, target, options, by=west)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("", {}, "请先选择"),
        ("patch", {}, "批次号"),
        ("image", {}, "拍摄日期"),
        ("basic_farmland", {}, "生效日期"),
        ("approval", {"valid_from": "2024-01-01"}, "不要填写生效日期"),
    ],
)
def test_what_is_missing_is_named_before_the_worker_begins(
    west: User, target: str, options: dict[str, Any], said: str
) -> None:
    upload = uploads.receive(SimpleUploadedFile("a.zip", b"x"), west)
    uploads.choose(upload, target, options, by=west)
    with pytest.raises(InputRefused, match=said):
        uploads.bring(upload)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_one_job_at_a_time(west: User, tmp_path: Path) -> None:
    upload = chosen(farm(tmp_path / "永农.gpkg", HERE), west)
    job = uploads.look(upload)
    for call in (lambda: uploads.look(upload), lambda: uploads.bring(upload)):
        with pytest.raises(InputRefused, match="正在判读"):
            call()
    with pytest.raises(InputRefused, match="先停止"):
        uploads.remove(upload)
    jobs.stop(job)
    assert uploads.bring(upload).open


# ---------------------------------------------------------------- removing


@pytest.mark.django_db
def test_old_uploads_and_what_nobody_knows_are_removed(
    west: User, folder: Path, tmp_path: Path
) -> None:
    import os

    from django.core.management import call_command
    from django.utils import timezone

    done = chosen(farm(tmp_path / "永农.gpkg", HERE), west)
    worked(uploads.bring(done))
    uploads.receive(SimpleUploadedFile("b.zip", b"x"), west)
    stray = [folder / "incoming" / "tmp.part", folder / "left" / "a.zip"]
    for piece in stray:
        piece.parent.mkdir(exist_ok=True)
        piece.write_bytes(b"x")
        os.utime(piece, (0, 0))
    os.utime(folder / "left", (0, 0))
    Upload.objects.filter(pk=done.pk).update(created_at=timezone.now() - timezone.timedelta(30))
    call_command("prune_uploads", "--older-than", "14")
    assert left(folder) == ["b.zip"]
    assert Delivery.objects.count() == 1
    assert Upload.objects.count() == 1


def test_a_request_without_an_account_has_the_small_limit(settings: Any) -> None:
    assert upload_handler.limit_for(RequestFactory().post("/")) == settings.UPLOAD_LIMIT_SMALL_BYTES
