"""What arrives is on the disk whole, under a safe name, or not at all."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from imports import upload_handler, upload_names, uploads
from imports.models import Upload, UploadState
from spatial.errors import DiskFull, InputRefused, NotAllowed, UploadTooLarge
from spatial.models import JobState, User, Zone
from tests.imports.conftest import WEST, shapefile
from tests.people import person

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest


from tests.imports.uploading import HERE, farm, left, sent, worked


def receive_page(request: HttpRequest) -> JsonResponse:
    """What a page does: the form's files, or the words of the refusal."""
    upload = uploads.received(request)
    return JsonResponse({"token": str(upload.token), "name": upload.file_name})


urlpatterns = [path("send/", receive_page)]


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
@pytest.mark.urls("tests.imports.test_upload_arrival")
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


def test_a_request_without_an_account_has_the_small_limit(settings: Any) -> None:
    assert upload_handler.limit_for(RequestFactory().post("/")) == settings.UPLOAD_LIMIT_SMALL_BYTES
