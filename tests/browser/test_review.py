"""The review desk, as a brigade officer works through patches, with hardly a hand on the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.models import Determination
from tests.browser import world as drawn
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
    assert seat.page.locator(".desk-table tbody tr").count() == 2
    seat.page.get_by_label("状态").select_option("unjudged")
    rows(seat, 1)
    assert "status=unjudged" in seat.page.url
    seat.page.locator("#desk-totals", has_text="1 个").wait_for()
    seat.page.reload()
    seat.page.wait_for_selector(".desk-table tbody tr")
    assert seat.page.locator(".desk-table tbody tr").count() == 1
    seat.page.get_by_role("button", name="全部清除").click()
    rows(seat, 2)
    lng, lat = drawn.degrees(drawn.M, drawn.M / 2)
    seat.page.get_by_label("查找").fill(f"{lat:.6f}, {lng:.6f}")
    rows(seat, 1)
    assert "at=" in seat.page.url
    seat.require_quiet()
