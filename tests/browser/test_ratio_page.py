"""A leader reads the ratio map: choose, open a county, the patches, the bulletin; by keys too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.browser.world import HOME

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Seat
    from tests.browser.world import World

PHONE = {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}
SHAPES = """() => JSON.stringify(document.getElementById("map").gisMap.book.all
  .find(({ spec }) => spec.id === "ratio").features.map(({ id, label }) => [id, label]))"""
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


def enter(seat: Seat, path: str = "/ratios/", name: str = "zhang") -> Page:
    """Sit down as somebody, at the page, and wait for the map."""
    seat.sit_down(name)
    page = seat.open(path)
    seat.idle()
    return page


def shown(page: Page) -> dict[str, str]:
    """By code what the map writes on its regions."""
    told = page.evaluate(SHAPES)
    return dict(json.loads(told))


def test_a_leader_chooses_opens_the_county_and_finds_the_patch(seat: Seat, world: World) -> None:
    page = enter(seat, "/ratios/?basis=proposed")  # others may have decided in this world
    assert page.locator("h1").inner_text() == "违法占耕比（初判口径）"
    row = page.locator(f'#ratio-table tr[data-code="{HOME}"]')
    share = row.locator('[data-key="share"]').inner_text()
    assert shown(page)[HOME] == f"绘图县 {share}"
    page.locator('select[name="rectified"]').select_option("before")
    page.wait_for_url("**/ratios/?*rectified=before*")
    seat.idle()
    assert "整改前" in page.locator("#ratio-table thead").inner_text()
    page.locator("#ratio-ranking").get_by_role("link", name="绘图县").click()
    page.wait_for_url(f"**region={HOME}*")
    seat.idle()
    seat.picture("townships")
    assert "绘图县（乡镇不明）" in page.locator("#ratio-ranking").inner_text()
    assert "rectified=before" in page.url
    page.locator("#ratio-ranking").get_by_role("link", name="绘图县（乡镇不明）").click()
    page.get_by_role("link", name=world.patch.address).click()
    page.wait_for_url(f"**/patches/{world.patch.pk}/")
    seat.require_quiet()


def test_by_keys_a_row_lights_its_region_and_opens_it(seat: Seat, world: World) -> None:
    page = enter(seat)
    page.locator("#ratio-ranking a").first.focus()
    assert page.locator(f'#ratio-ranking tr.is-chosen[data-code="{HOME}"]').count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url(f"**region={HOME}*")
    seat.require_quiet()


def test_a_region_picked_on_the_map_lights_its_row(seat: Seat, world: World) -> None:
    page = enter(seat)
    box = page.locator(".gis-canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(f'#ratio-table tr.is-chosen[data-code="{HOME}"]').wait_for(state="attached")
    assert "违法占耕比" in page.locator(".gis-here").inner_text()
    seat.picture("picked")
    seat.require_quiet()


@pytest.mark.parametrize(("size", "path"), [(PHONE, "/ratios/"), (WALL, "/ratios/?size=large")])
def test_it_fits_a_phone_and_a_wall(
    seat: Seat, world: World, size: dict[str, int], path: str
) -> None:
    seat.page.set_viewport_size(size)  # type: ignore[arg-type]
    page = enter(seat, path)
    assert page.evaluate(FITS)
    page.locator("#ratio-table").scroll_into_view_if_needed()
    seat.picture("table")
    seat.require_quiet()


def test_the_bulletin_and_the_spreadsheet_come_with_what_was_chosen(
    seat: Seat, world: World
) -> None:
    page = enter(seat, "/ratios/?rectified=before&basis=proposed")
    for name, kind, first in (("通报 PDF", "pdf", b"%PDF-"), ("XLSX", "sheet", b"PK")):
        address = page.get_by_role("link", name=name, exact=True).get_attribute("href")
        assert address is not None
        assert "rectified=before" in address
        answer = page.request.get(seat.address + address)
        assert answer.status == 200
        assert kind in answer.headers["content-type"]
        assert answer.body().startswith(first)
    seat.require_quiet()


def test_a_neighbour_sees_only_its_own_county(seat: Seat, world: World) -> None:
    page = enter(seat, name="wang")
    assert "绘图县" not in page.content()
    assert HOME not in shown(page)
    seat.require_quiet()
