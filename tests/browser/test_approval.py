"""A clerk pastes the coordinates of a paper, registers it, and sees the patch judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.jobs import do_job
from spatial.models import Job
from tests.browser.world import HOME, degrees, logged_in
from tests.people import person

if TYPE_CHECKING:
    from tests.browser.conftest import Seat
    from tests.browser.world import World


def finish_work() -> None:
    """What the worker does meanwhile."""
    for job in Job.objects.filter(state="waiting").order_by("pk"):
        do_job(job.pk)


def test_a_pasted_paper_is_registered_and_the_patch_is_judged_again(
    seat: Seat, world: World
) -> None:
    clerk = person(HOME, "data_admin", name="li", unit="绘图局")
    seat.sessions.update(logged_in(clerk))
    seat.sit_down("li")
    before = world.patch.assessments.get(is_current=True)
    corners = [degrees(east, north) for east, north in ((-5, -5), (105, -5), (105, 55), (-5, 55))]
    page = seat.open("/imports/approvals/new/?layer=approval")
    page.get_by_label("粘贴坐标").fill("\n".join(f"{lng:.9f}\t{lat:.9f}" for lng, lat in corners))
    page.get_by_label("批准文号").fill("示政地〔2023〕77号")
    page.get_by_label("审批环节").fill("征收")
    page.get_by_label("批准日期").fill("2023-05-06")
    page.get_by_role("button", name="预览").click()
    page.get_by_role("heading", name="预览").wait_for()
    assert page.get_by_role("link", name=world.patch.address).is_visible()
    page.wait_for_function("() => document.getElementById('map')?.gisMap !== undefined")
    seat.picture("looked")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/imports/work/*/")
    finish_work()
    page.get_by_text("已登记").wait_for()
    page.get_by_role("button", name="重判并采用").click()
    page.get_by_text("重判受影响的图斑").first.wait_for()
    finish_work()
    page.get_by_text("并采用：").wait_for()
    seat.picture("judged")
    after = world.patch.assessments.get(is_current=True)
    assert after.pk != before.pk
    assert {piece.seq for piece in after.pieces.all()}
    seat.require_quiet()
