"""A file on its way in, as a data administrator brings it: dropped, read, corrected, activated."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import shapely
from django.db import connections

from imports.models import Delivery
from spatial import jobs
from spatial.models import Job, JobState
from tests.browser.world import degrees
from tests.imports.conftest import shapefile, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Seat
    from tests.browser.world import World


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
def clerk(seat: Seat) -> None:
    """Somebody who imports for the drawn county sits down."""
    seat.sit_down("shuju")


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    """A zip of a GBK shapefile without .cpg; nobody knows the name of its contracts' column."""
    shapes = []
    for east in (0, 100):
        corners = [degrees(east + x, y) for x, y in ((0, 600), (90, 600), (90, 690), (0, 690))]
        shapes.append(shapely.Polygon(corners))
    rows = [
        {"BSM": "1", "HAO": "租〔2024〕1号", "MC": "绘图镇一村东头地块"},
        {"BSM": "2", "HAO": "租〔2024〕2号", "MC": "绘图镇二村西头地块"},
    ]
    path = shapefile(tmp_path / "zl.shp", rows, shapes, epsg=4548)
    return zipped(path, tmp_path / "绘图县租赁.zip")


def test_a_file_is_dropped_read_corrected_brought_in_and_activated(
    seat: Seat, clerk: None, worker: None, parcels: Path
) -> None:
    page = seat.open("/imports/")
    page.set_input_files("#files", parcels)
    page.wait_for_url("**/imports/uploads/**")
    read = page.locator("#step-read")
    read.locator("dd", has_text="GBK（GB18030）").wait_for()
    assert "EPSG:4548" in read.inner_text()
    seat.picture("read")
    # where it goes, and a value for all rows: kept at once
    page.get_by_label("数据去向").select_option("lease")
    remark = page.get_by_label("备注统一填写")
    remark.fill("整县租赁台账")
    page.keyboard.press("Tab")
    missing = page.locator("tr.is-missing")
    missing.wait_for()
    assert "合同号" in missing.inner_text()
    page.wait_for_function("() => document.getElementById('saved').textContent === '已保存'")
    page.reload()
    assert remark.input_value() == "整县租赁台账"
    # pressed too early: told at the field, which has the focus
    page.get_by_role("button", name="导入", exact=True).click()
    page.wait_for_function("() => document.activeElement.id === 'map.document'")
    assert any(complaint.startswith("422") for complaint in seat.complaints)
    seat.complaints.clear()
    seat.picture("missing")
    # by keyboard: the column that holds the numbers
    page.locator("[id='map.document']").select_option("HAO")
    missing.wait_for(state="detached")
    first = page.locator("#step-rows tbody tr").first.inner_text()
    assert "租〔2024〕1号" in first
    assert "整县租赁台账" in first
    seat.picture("fields")
    page.get_by_role("button", name="试运行").click()
    page.get_by_text("试运行（未写入）").wait_for()
    assert not Delivery.objects.filter(file_name="绘图县租赁.zip").exists()
    seat.picture("tried")
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_role("heading", name="启用或放弃").wait_for()
    delivery = Delivery.objects.get(file_name="绘图县租赁.zip")
    assert page.url.endswith(f"/imports/{delivery.pk}/")
    seat.idle()
    seat.picture("report")
    page.get_by_label("已核对").check()
    page.get_by_role("button", name="启用", exact=True).click()
    page.wait_for_function("() => document.querySelector('h1 .tag').textContent === '已启用'")
    seat.idle()
    assert list(delivery.versions.values_list("status", flat=True)) == ["merged"]
    seat.require_quiet()


def test_a_job_is_stopped_and_started_again(seat: Seat, clerk: None, parcels: Path) -> None:
    """Nobody works: it waits, is stopped, and says what to do."""
    page = seat.open("/imports/")
    page.set_input_files("#files", parcels)
    page.get_by_text("排队中").wait_for()
    page.get_by_role("button", name="停止").click()
    page.get_by_text("判读已停止").wait_for()
    page.get_by_role("link", name="数据导入").first.click()
    assert "绘图县租赁.zip" in page.locator("#work").inner_text()
    seat.require_quiet()
