"""Measuring, finding, comparing and printing on the map, by keys."""

from __future__ import annotations

import re
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.browser import world as drawn
from tests.browser.test_map_and_patch import PIXEL_OF, enter, place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Seat
    from tests.browser.world import World

M = drawn.M
MAP = "document.getElementById('map').gisMap"
CELL = [(0, 0), (M, 0), (M, M), (0, M)]


def at(seat: Seat, east: float, north: float) -> list[float]:
    return list(seat.page.evaluate(PIXEL_OF, list(drawn.degrees(east, north))))


def test_a_measured_area_is_the_engines(seat: Seat, world: World) -> None:
    enter(seat, place(18))
    seat.page.keyboard.press("a")
    seat.page.wait_for_selector(".gis-drawing")
    for east, north in CELL:
        x, y = at(seat, east, north)
        seat.page.mouse.move(x, y)
        seat.page.mouse.click(x, y)
        seat.page.wait_for_timeout(300)  # two clicks must not be a double click
    seat.page.get_by_role("button", name="完成").click()
    told = seat.page.locator(".gis-measured").inner_text()
    shown = Decimal(re.search(r"m²\s+([\d,.]+)", told)[1].replace(",", ""))
    ring = seat.page.evaluate(f"() => {MAP}.book.find('gis-measure').features[0].given.geometry")
    corners = ", ".join(f"{lng} {lat}" for lng, lat in ring["coordinates"][0])
    meridian = seat.page.evaluate(f"() => {MAP}.config.crs.central_meridian")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT area_m2(engine_ground(ST_GeomFromText(%s, 4490), %s))",
            [f"POLYGON(({corners}))", int(990200 + (meridian + 180) * 2)],
        )
        measured = Decimal(cursor.fetchone()[0])
    assert abs(shown - measured) <= Decimal("0.02")
    assert "亩" in told
    assert "公顷" in told
    seat.page.keyboard.press("Escape")
    assert seat.page.locator(".gis-measured").count() == 0
    seat.require_quiet()


@pytest.mark.parametrize("order", ["lng lat", "lat lng"])
def test_a_pasted_coordinate_is_shown_in_the_middle(seat: Seat, world: World, order: str) -> None:
    enter(seat, place(14))
    lng, lat = drawn.degrees(0.5 * M, 0.5 * M)
    told = {"lng lat": f"{lng:.8f}，{lat:.8f}", "lat lng": f"{lat:.8f} {lng:.8f}"}[order]
    seat.page.keyboard.press("/")
    seat.page.keyboard.insert_text(told)
    seat.page.keyboard.press("Enter")
    seat.page.locator(".gis-here").get_by_role("link", name=drawn.JCBH).wait_for()
    centre = seat.page.evaluate(
        f"() => {{ const c = {MAP}.selection.place; return [c.lng, c.lat]; }}"
    )
    assert centre == pytest.approx([lng, lat], abs=1e-7)
    seat.page.locator("#gis-find").fill("甲 12")
    seat.page.keyboard.press("Enter")
    assert "应为一对" in seat.page.locator(".gis-find").inner_text()
    seat.require_quiet()


def test_the_crosshair_asks_and_copies(seat: Seat, world: World) -> None:
    lng, lat = drawn.degrees(0.5 * M, 0.5 * M)
    enter(seat, f"/map/#17/{lat:.6f}/{lng:.6f}")
    assert not seat.page.locator(".gis-crosshair").is_visible()
    seat.page.keyboard.press("Tab")
    seat.page.locator(".gis-canvas").focus()
    assert seat.page.locator(".gis-crosshair").is_visible()
    seat.page.keyboard.press("Enter")
    seat.page.locator(".gis-here").get_by_role("link", name=drawn.JCBH).wait_for()
    seat.page.keyboard.press("g")
    seat.page.wait_for_function(
        "() => [...document.querySelectorAll('[role=status]')]"
        ".some((one) => one.textContent.includes('复制'))"
    )
    seat.page.keyboard.press("Escape")
    assert not seat.page.locator(".gis-here").is_visible()
    seat.require_quiet()


def test_keys_are_listed_and_can_be_switched_off(seat: Seat, world: World) -> None:
    enter(seat, place(15))
    seat.page.evaluate(
        f"() => {MAP}.keys({{key: 'j', label: '下一个图斑', run: () => {{ window.ran = true; }}}})"
    )
    seat.page.keyboard.press("j")
    assert seat.page.evaluate("() => window.ran")
    seat.page.keyboard.press("?")
    dialog = seat.page.get_by_role("dialog", name="按键")
    for word in ("下一个图斑", "量面积", "卷帘", "县级界"):
        assert word in dialog.inner_text()
    dialog.get_by_label("启用单键").uncheck()
    seat.page.keyboard.press("Escape")
    seat.page.keyboard.press("a")
    assert seat.page.locator(".gis-draw-bar").count() == 0
    seat.page.get_by_role("button", name="按键").click()
    dialog.get_by_label("启用单键").check()
    seat.page.keyboard.press("Escape")
    seat.page.keyboard.press("a")
    seat.page.locator(".gis-draw-bar").wait_for()
    seat.require_quiet()


def test_two_images_side_by_side_move_as_one(seat: Seat, world: World) -> None:
    enter(seat, place(16))
    before, after = (image.pk for image in world.images)
    middle = f"() => [{MAP}.leaflet.getCenter().lng, {MAP}.leaflet.getCenter().lat]"
    centre = seat.page.evaluate(middle)
    seat.page.evaluate(
        f"([one, other]) => {{ {MAP}.images.pair(other, one); {MAP}.images.mode('side'); }}",
        [before, after],
    )
    labels = seat.page.locator(".gis-side-label").all_inner_texts()
    assert labels == ["前 2024-05-01", "后 2023-12-01"]
    assert seat.page.evaluate(middle) == pytest.approx(centre, abs=2e-5), (
        "half as wide, same middle"
    )
    seat.page.locator(".gis-canvas").first.focus()
    seat.page.keyboard.press("ArrowRight")
    seat.page.wait_for_timeout(500)
    centres = seat.page.evaluate(
        f"() => [{MAP}.leaflet, {MAP}.twin]"
        ".map((map) => [map.getCenter().lng, map.getCenter().lat, map.getZoom()])"
    )
    assert centres[0] == pytest.approx(centres[1], abs=1e-9)
    seat.picture("side")
    seat.page.evaluate(f"() => {MAP}.images.mode('off')")
    assert seat.page.locator(".gis-second").count() == 0
    seat.require_quiet()


def test_a_print_is_one_page_with_all_that_belongs_on_it(
    seat: Seat, world: World, tmp_path: Path
) -> None:
    enter(seat, place(15))
    seat.page.keyboard.press("p")
    seat.page.get_by_label("图名").fill("绘图县图斑分布图")
    seat.idle()
    sheet = tmp_path / "map.pdf"
    sheet.write_bytes(seat.page.pdf(prefer_css_page_size=True, print_background=True))
    told = subprocess.run(["pdfinfo", sheet], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+1\b", told)
    assert re.search(r"Page size:\s+841\.\d+ x 59\d", told)
    text = subprocess.run(
        ["pdftotext", sheet, "-"], capture_output=True, text=True, check=True
    ).stdout
    for word in ("图例", "永久基本农田", "1:", "资料：", "制图日期", "北"):
        assert word in text
    for word in ("图层", "生态保护红线", "量面"):
        assert word not in text
    seat.picture("print")
    seat.page.keyboard.press("Escape")
    assert seat.page.locator(".gis-tools").is_visible()
    seat.require_quiet()
