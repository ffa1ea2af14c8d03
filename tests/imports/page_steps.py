"""What the tests of the pages of imports do over and over: send, open, fill in, work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from imports import load
from imports.models import Delivery, Upload
from spatial import jobs
from spatial.models import Job, JobState, User
from tests.imports.conftest import DAY, WEST, shapefile, square

if TYPE_CHECKING:
    from pathlib import Path

HERE, THERE = square(119.95, 33.05), square(120.05, 33.05)
BOWTIE = shapely.Polygon([(119.95, 33.05), (119.951, 33.051), (119.951, 33.05), (119.95, 33.051)])
LAND = {"BSM": "1", "DLBM": "0101", "DLMC": "水田", "ZLDWDM": f"{WEST}001001"}
PANEL = {"X-Requested-With": "panel", "Accept": "text/html"}


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
