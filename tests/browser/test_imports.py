"""A file on its way in, as a data administrator brings it: dropped, read, corrected, activated."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from django.db import connections
from django.test import override_settings

from imports.models import Delivery
from spatial import jobs
from spatial.models import Job, JobState
from tests.browser.world import HOME, degrees, logged_in
from tests.imports.conftest import shapefile, zipped
from tests.people import person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Seat
    from tests.browser.world import World

PANEL = "#panel"


@pytest.fixture
def worker(world: World) -> Iterator[None]:
    """A thread that does what the worker process does."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            for job in Job.objects.filter(state=JobState.WAITING).order_by("pk"):
                jobs.do_job(job.pk)
        connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(20)


@pytest.fixture
def clerk(world: World, seat: Seat, tmp_path: Path, settings: Any) -> Iterator[None]:
    """Somebody who imports for the drawn county sits down."""
    with override_settings(UPLOAD_DIR=tmp_path / "uploads", MEDIA_ROOT=tmp_path / "media"):
        user = person(HOME, "data_admin", name="shuju")
        seat.sessions.update(logged_in(user))
        seat.sit_down("shuju")
        yield


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    """A zip of a GBK shapefile without .cpg; its code column has a name that nobody knows."""
    shapes = []
    for east in (0, 100):
        corners = [degrees(east + x, y) for x, y in ((0, 600), (90, 600), (90, 690), (0, 690))]
        shapes.append(shapely.Polygon(corners))
    rows = [
        {"BSM": "1", "LEI": "0101", "DLMC": "水田", "ZLDWMC": "绘图镇一村"},
        {"BSM": "2", "LEI": "0301", "DLMC": "乔木林地", "ZLDWMC": "绘图镇二村"},
    ]
    path = shapefile(tmp_path / "dltb.shp", rows, shapes, epsg=4548)
    return zipped(path, tmp_path / "绘图县地类.zip")


def test_a_file_is_dropped_read_corrected_brought_in_and_activated(
    seat: Seat, clerk: None, worker: None, parcels: Path
) -> None:
    page = seat.open("/imports/")
    page.set_input_files("#files", parcels)
    page.wait_for_url("**/imports/uploads/**")
    read = page.locator("#step-read")
    read.get_by_text("GBK（GB18030）").wait_for()
    assert "EPSG:4548" in read.inner_text()
    seat.picture("read")
    # where it goes, from when: kept at once
    page.get_by_label("数据去向").select_option("land_use")
    page.get_by_label("生效日期").fill("2025-12-31")
    page.keyboard.press("Tab")
    missing = page.locator("tr.is-missing")
    missing.wait_for()
    assert "地类编码" in missing.inner_text()
    page.wait_for_function("document.getElementById('saved').textContent === '已保存'")
    page.reload()
    assert page.get_by_label("生效日期").input_value() == "2025-12-31"
    # pressed too early: told at the field, which has the focus
    page.get_by_role("button", name="导入", exact=True).click()
    page.wait_for_function("document.activeElement.id === 'map.code'")
    assert any(complaint.startswith("422") for complaint in seat.complaints)
    seat.complaints.clear()
    seat.picture("missing")
    # by keyboard: the column that holds the class
    page.locator("[id='map.code']").select_option("LEI")
    missing.wait_for(state="detached")
    first = page.locator("#step-rows tbody tr").first.inner_text()
    assert "0101" in first
    assert "水田" in first
    seat.picture("fields")
    page.get_by_role("button", name="试运行").click()
    page.get_by_text("试运行（未写入）").wait_for()
    assert not Delivery.objects.filter(file_name="绘图县地类.zip").exists()
    seat.picture("tried")
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_role("heading", name="启用或放弃").wait_for()
    delivery = Delivery.objects.get(file_name="绘图县地类.zip")
    assert page.url.endswith(f"/imports/{delivery.pk}/")
    seat.idle()
    seat.picture("report")
    page.get_by_label("已核对").check()
    page.get_by_role("button", name="启用", exact=True).click()
    page.wait_for_function("document.querySelector('h1 .tag').textContent === '已启用'")
    seat.idle()
    assert list(delivery.versions.values_list("status", flat=True)) == ["active"]
    seat.require_quiet()


def test_a_job_is_stopped_and_started_again(seat: Seat, clerk: None, parcels: Path) -> None:
    """Nobody works: it waits, is stopped, and says what to do."""
    page = seat.open("/imports/")
    page.set_input_files("#files", parcels)
    page.get_by_text("排队中").wait_for()
    page.get_by_role("button", name="停止").click()
    page.get_by_text("判读已停止").wait_for()
    page.get_by_role("link", name="数据导入").first.click()
    assert "绘图县地类.zip" in page.locator("#work").inner_text()
    seat.require_quiet()
