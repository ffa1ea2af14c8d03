"""Uploads are looked at and brought in by the worker, whole or not at all."""

from __future__ import annotations

import errno
import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports import uploads
from imports.models import Delivery, Upload, UploadState
from spatial import jobs
from spatial.models import DatasetVersion, Image, Job, JobState, Patch, User
from tests.imports.conftest import WEST, written
from tests.imports.test_rasters import geotiff
from tests.imports.uploading import HERE, THERE, chosen, farm, left, worked

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
    steps = [phase for phase, _ in groupby(seen)]  # each may be told more than once
    assert steps == ["读文件", "判读", "写入", "检查", "归县", "入库", "核对", "写库", "完成"]


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
