"""A clerk pastes the coordinates of a paper, registers it, and sees the patch judged again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from spatial.jobs import do_job
from spatial.models import Job
from spatial.sqlfiles import in_thread
from tests.browser.world import degrees

if TYPE_CHECKING:
    from tests.browser.conftest import Seat
    from tests.browser.world import World


def finish_work() -> None:
    """What the worker does meanwhile, on a connection of its own: the site sees what it commits."""

    def work() -> None:
        for job in Job.objects.filter(state="waiting").order_by("pk"):
            do_job(job.pk)

    with ThreadPoolExecutor(1) as worker:
        worker.submit(in_thread, work).result()


def test_a_pasted_paper_is_registered_and_the_patch_is_judged(seat: Seat, world: World) -> None:
    seat.sit_down("shuju")
    patch = world.waiting
    corners = [degrees(east, north) for east, north in ((-5, 295), (45, 295), (45, 355), (-5, 355))]
    page = seat.open("/imports/approvals/new/?layer=approval")
    page.get_by_label("粘贴坐标").fill("\n".join(f"{lng:.9f}\t{lat:.9f}" for lng, lat in corners))
    page.get_by_label("批准文号").fill("示政地〔2023〕77号")
    page.get_by_label("审批环节").fill("征收")
    page.get_by_label("批准日期").fill("2023-05-06")
    page.get_by_role("button", name="预览").click()
    page.get_by_role("heading", name="预览").wait_for()
    assert page.get_by_role("link", name=patch.address).is_visible()
    assert "未评定" in page.locator("#looked").inner_text()
    page.wait_for_function("() => document.getElementById('map')?.gisMap !== undefined")
    seat.idle()
    seat.picture("looked")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/imports/jobs/*/")
    finish_work()
    page.get_by_text("已登记").wait_for()
    first = page.url
    page.get_by_role("button", name="重判并采用").click()
    page.wait_for_url(lambda url: url != first)
    finish_work()
    page.get_by_text("并采用：").wait_for()
    seat.picture("judged")
    judged = patch.assessments.get(is_current=True)
    assert any("approval" in piece.zones for piece in judged.pieces.all())
    seat.require_quiet()
