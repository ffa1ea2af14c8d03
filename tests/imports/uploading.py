"""Files as they are sent, chosen for and worked on: shared by the tests of uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from imports import uploads
from spatial import jobs
from tests.imports.conftest import square, written

if TYPE_CHECKING:
    from pathlib import Path

    from imports.models import Upload
    from spatial.models import Job, User

HERE, THERE = square(119.95, 33.05), square(120.05, 33.05)
FARM = {"BSM": "1", "YJJBNTMJ": None}


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
