"""The review desk, as a brigade officer works through patches, with hardly a hand on the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.models import Determination, ReviewAction
from tests.browser import world as drawn
from tests.browser.test_approval import finish_work
from tests.browser.test_map_and_patch import PIXEL_OF

if TYPE_CHECKING:
    from tests.browser.conftest import Seat
    from tests.browser.world import World


def enter(seat: Seat, query: str = "") -> None:
    seat.sit_down("zhang")
    seat.open(f"/review/{query}")
    seat.page.wait_for_selector(".desk-table tbody tr")


def rows(seat: Seat, count: int) -> None:
    """Until the queue has so many."""
    found = "document.querySelectorAll('.desk-table tbody tr').length"
    seat.page.wait_for_function(f"() => {found} === {count}")


def press(seat: Seat, key: str) -> None:
    seat.page.keyboard.press(key)


def toast(seat: Seat, words: str) -> None:
    seat.page.locator("#desk-toast", has_text=words).wait_for()


def at(seat: Seat, world: World) -> None:
    """The judged patch is in the drawer, with all that can be done."""
    seat.page.locator(".drawer-title", has_text=world.patch.jcbh).wait_for()
    seat.page.locator("[data-act=confirm]").wait_for()


def status(seat: Seat, world: World) -> str:
    return str(seat.page.locator(f"tr[data-id='{world.patch.pk}'] .desk-status").inner_text())


def test_a_patch_is_confirmed_changed_and_undone_by_keys(seat: Seat, world: World) -> None:
    enter(seat, f"?patch={world.patch.pk}")
    at(seat, world)
    seat.idle()
    seat.picture("open")
    press(seat, "c")
    toast(seat, f"确认初判：图斑 {world.patch.jcbh}")
    assert status(seat, world) == "已确认"
    press(seat, "u")
    toast(seat, "已撤销 1 个图斑的处置")
    seat.page.locator(f"tr[data-id='{world.patch.pk}'] .is-open").wait_for()
    seat.page.locator(f"tr[data-id='{world.patch.pk}']").click()
    at(seat, world)
    press(seat, "e")
    dialog = seat.page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_role("button", name="改判").click()
    assert dialog.is_visible(), "a change needs a conclusion and a reason"
    dialog.get_by_label("合法(已供地)").check()
    dialog.get_by_label("有批准、备案资料证明").check()
    dialog.get_by_label("说明").fill("补交了批文")
    seat.picture("change")
    dialog.get_by_role("button", name="改判").click()
    toast(seat, "改判")
    newest = Determination.objects.filter(patch=world.patch).order_by("-pk").first()
    assert newest is not None
    assert (newest.conclusion_class, newest.note) == ("legal", "补交了批文")
    press(seat, "u")
    toast(seat, "已撤销")
    seat.require_quiet()


def test_a_patch_is_split_by_a_drawn_line(seat: Seat, world: World) -> None:
    enter(seat, f"?patch={world.patch.pk}")
    at(seat, world)
    seat.idle()
    seat.page.wait_for_timeout(500)  # the flight to the patch
    press(seat, "x")
    seat.page.wait_for_selector(".gis-drawing")
    for north in (-0.6 * drawn.M, 1.6 * drawn.M):
        x, y = seat.page.evaluate(PIXEL_OF, list(drawn.degrees(1.5 * drawn.M, north)))
        seat.page.mouse.move(x, y)
        seat.page.mouse.click(x, y)
        seat.page.wait_for_timeout(300)  # two clicks must not be a double click
    seat.page.locator(".gis-draw-bar button.primary:enabled").click()
    parts = seat.page.locator(".drawer-parts tbody tr")
    parts.first.wait_for()
    assert parts.count() == 2
    seat.picture("parts")
    seat.page.get_by_role("button", name="保存分割判定").click()
    toast(seat, "已分割判定")
    seat.page.locator(f"tr[data-id='{world.patch.pk}'] .is-divided").wait_for()
    press(seat, "u")
    toast(seat, "已撤销")
    seat.require_quiet()


def test_filters_are_in_the_address_and_in_the_totals(seat: Seat, world: World) -> None:
    enter(seat)
    every = seat.page.locator(".desk-table tbody tr").count()
    assert every >= 2
    seat.page.get_by_label("查找").fill(world.waiting.jcbh)
    rows(seat, 1)
    assert f"q={world.waiting.jcbh}" in seat.page.url
    seat.page.locator("#desk-totals", has_text="1 个").wait_for()
    seat.page.reload()
    seat.page.wait_for_selector(".desk-table tbody tr")
    assert seat.page.locator(".desk-table tbody tr").count() == 1
    seat.page.get_by_role("button", name="全部清除").click()
    rows(seat, every)
    lng, lat = drawn.degrees(drawn.M, drawn.M / 2)
    seat.page.get_by_label("查找").fill(f"{lat:.6f}, {lng:.6f}")
    rows(seat, 1)
    assert "at=" in seat.page.url
    seat.require_quiet()


def test_a_paper_is_added_and_the_patch_is_judged_at_once(seat: Seat, world: World) -> None:
    enter(seat, f"?patch={world.patch.pk}")
    at(seat, world)
    press(seat, "l")
    dialog = seat.page.get_by_role("dialog")
    assert dialog.get_by_label("用地单位").input_value() == ""
    dialog.get_by_role("button", name="登记并重判").click()
    assert dialog.is_visible(), "a paper needs its number"
    dialog.get_by_label("批准文号").fill("示地〔2023〕99号")
    dialog.get_by_label("审批环节").fill("征收")
    dialog.get_by_label("批准日期").fill("2023-05-06")
    seat.picture("paper")
    dialog.get_by_role("button", name="登记并重判").click()
    dialog.wait_for(state="hidden")
    finish_work()
    told = seat.page.locator(".drawer-changes")
    told.get_by_text("已登记 示地〔2023〕99号").wait_for()
    assert "→" in told.inner_text()
    seat.picture("judged")
    seat.require_quiet()


def test_the_images_before_and_after_are_compared_and_kept(seat: Seat, world: World) -> None:
    enter(seat, f"?patch={world.patch.pk}")
    at(seat, world)
    press(seat, "s")
    seat.page.wait_for_selector(".gis-swipe")
    seat.picture("swipe")
    press(seat, "d")
    seat.page.wait_for_selector(".gis-two")
    seat.idle()
    seat.picture("side")
    press(seat, "c")
    toast(seat, "确认初判")
    newest = ReviewAction.objects.order_by("-pk").first()
    assert newest is not None
    assert newest.images == [image.pk for image in world.images]
    press(seat, "u")
    toast(seat, "已撤销")
    seat.require_quiet()


def test_keys_are_listed_and_files_are_taken(seat: Seat, world: World) -> None:
    enter(seat, f"?patch={world.patch.pk}")
    at(seat, world)
    press(seat, "?")
    listed = seat.page.get_by_role("dialog").inner_text()
    assert all(word in listed for word in ("确认初判", "登记批准并重判", "前后对比：卷帘"))
    seat.picture("keys")
    press(seat, "Escape")
    menu = seat.page.locator(".drawer-links .desk-menu")
    menu.get_by_text("导出").click()
    for words, suffix in (("台账", ".xlsx"), ("KML", ".kml"), ("一图一表", ".pdf")):
        with seat.page.expect_download() as got:
            menu.get_by_role("link", name=words).click()
        assert got.value.suggested_filename.endswith(suffix)
    seat.require_quiet()
