"""An import stays within the region and the rights of whoever asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports import uploads
from imports.models import Delivery, Upload
from spatial import jobs
from spatial.errors import InputRefused, NotAllowed, UnknownLayer
from spatial.models import DatasetVersion, Job, JobState, User
from tests.imports.conftest import CITY, EAST, WEST, square
from tests.imports.uploading import HERE, THERE, chosen, farm, worked
from tests.people import person

if TYPE_CHECKING:
    from pathlib import Path

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
