"""Putting right who uses the ground, as a brigade officer does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.test_map_and_patch import enter

if TYPE_CHECKING:
    from tests.browser.conftest import Seat
    from tests.browser.world import World


def test_an_officer_corrects_the_user_and_reads_what_changed(seat: Seat, world: World) -> None:
    """Open the form, pick a name that is no holder yet, be told, enter it, read the outcome."""
    enter(seat, f"/patches/{world.patch.pk}/")
    section = seat.page.locator("#subject")
    assert "推定" in section.inner_text()
    section.get_by_text("更正用地单位").click()
    assert section.locator("datalist option").count() == 1
    section.get_by_label("用地单位（名称或统一社会信用代码）").fill("实际用地公司")
    section.get_by_label("依据或说明").fill("现场核查")
    section.scroll_into_view_if_needed()
    seat.picture("form")
    section.get_by_role("button", name="保存更正").click()
    fault = seat.page.get_by_role("alert")
    fault.wait_for()
    assert "没有登记过单位“实际用地公司”" in fault.inner_text()
    section = seat.page.locator("#subject")
    assert section.get_by_label("依据或说明").input_value() == "现场核查"
    seat.picture("fault")
    section.get_by_label("未登记过，登记为新单位").check()
    section.get_by_role("button", name="保存更正").click()
    told = seat.page.locator("#subject [role=status]")
    told.wait_for()
    assert "已重判涉及的图斑 1 个" in told.inner_text()
    told.scroll_into_view_if_needed()
    seat.picture("told")
    said = seat.page.locator("#subject").inner_text()
    assert "实际用地公司" in said
    assert "推定" not in said
    assert seat.page.locator(".facts").inner_text().count("更正") == 1
