"""A planner checks a site: drawn, pasted, sent as a file; what would be free; the extract."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from spatial.models import Batch, Patch, Run
from spatial.models.patch import Source
from tests.browser.test_axe import violations
from tests.browser.world import degrees

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Seat
    from tests.browser.world import World

PHONE = {"width": 390, "height": 844}
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"
CORNERS = [(20, -40), (160, -40), (160, 80), (20, 80)]
"""In metres of the drawing: across the 永农 in the west and the free ground beside it."""
TXT = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号={zone}
精度=0.01
转换参数=0,0,0,0,0,0,0
[地块坐标]
4,1.68,1,示例厂,面,,工业用地,,@
{points}
"""


@pytest.fixture(autouse=True)
def alone(world: World) -> Iterator[None]:
    """What is checked here is gone afterwards: the drawn county is everybody's."""
    yield
    sites = Patch.objects.filter(batch__source=Source.SITE)
    Run.objects.filter(assessments__patch__in=sites).delete()
    sites.delete()
    Batch.objects.filter(source=Source.SITE).delete()


def enter(seat: Seat, path: str = "/site-check/") -> Page:
    seat.sit_down("zhang")
    page = seat.open(path)
    seat.idle()
    return page


def wait_for_result(seat: Seat) -> Page:
    seat.page.wait_for_url("**/site-check/*/")
    seat.idle()
    return seat.page


def paste(seat: Seat) -> Page:
    page = enter(seat)
    page.get_by_role("button", name="粘贴坐标").click()
    page.get_by_label("坐标：").fill("\n".join("{:.9f}, {:.9f}".format(*degrees(*at))
                                               for at in CORNERS))  # fmt: skip
    page.get_by_role("button", name="用这些坐标检查").click()
    return wait_for_result(seat)


def answer(page: Page, code: str) -> str:
    said: str = page.locator(f'li[data-line="{code}"] .site-answer').inner_text()
    return said


def test_a_site_drawn_by_the_pointer_is_answered(seat: Seat, world: World) -> None:
    page = enter(seat)
    page.locator('input[name="title"]').fill("示例厂")
    west, south = degrees(-100, -150)
    east, north = degrees(300, 200)
    page.evaluate("(b) => document.getElementById('map').gisMap.fit(b)", [west, south, east, north])
    page.get_by_role("button", name="画范围").click()
    page.locator(".gis-canvas.gis-drawing").wait_for()
    box = page.locator(".gis-canvas").bounding_box()
    assert box is not None
    for at in CORNERS:
        lng, lat = degrees(*at)
        x, y = page.evaluate(
            """([lng, lat]) => { const { x, y } = document.getElementById("map").gisMap.leaflet
               .latLngToContainerPoint([lat, lng]); return [x, y]; }""", [lng, lat],
        )  # fmt: skip
        page.mouse.click(box["x"] + x, box["y"] + y)
    page.get_by_role("button", name="完成").click()
    page.locator("#site-said", has_text="1 块").wait_for()
    page.keyboard.press("Control+Enter")
    wait_for_result(seat)
    assert page.locator("h1").inner_text() == "示例厂"
    assert answer(page, "basic_farm") == "涉及"
    assert answer(page, "green") == "无数据"
    page.locator('li[data-line="basic_farm"] summary').click()
    assert page.locator('li[data-line="basic_farm"].is-chosen').count() == 1
    seat.picture("result")
    seat.require_quiet()


def test_pasted_coordinates_what_if_and_the_rest_checked_again(seat: Seat, world: World) -> None:
    page = paste(seat)
    assert answer(page, "basic_farm") == "涉及"
    page.locator("#site-free").get_by_role("button", name="去掉这些").click()
    page.wait_for_url("**avoid=basic_farm**")
    assert "剩余" in page.locator("#site-free").inner_text()
    seat.idle()
    seat.picture("what-if")
    first = page.url
    page.get_by_role("button", name="用剩余范围再查").click()
    page.wait_for_url(lambda url: "/site-check/" in url and "avoid" not in url and url != first)
    told = page.locator('li[data-line="basic_farm"]').text_content()
    assert answer(page, "basic_farm") == "无数据", told  # that layer does not cover all the ground
    seat.require_quiet()


def test_a_boundary_file_is_checked_as_soon_as_it_is_chosen(
    seat: Seat, world: World, tmp_path: Path
) -> None:
    from tests.drawn_plane import ORIGIN_EAST, ORIGIN_NORTH

    ring = [*CORNERS, CORNERS[0]]
    points = "\n".join(
        f"J{number % 4 + 1},1,{ORIGIN_NORTH + north:.3f},{39_000_000 + ORIGIN_EAST + east:.3f}"
        for number, (east, north) in enumerate(ring)
    )
    file = tmp_path / "示例厂.txt"
    file.write_bytes(TXT.format(zone=39, points=points).encode("gbk"))
    page = enter(seat)
    page.locator('input[type="file"]').set_input_files(file)
    wait_for_result(seat)
    assert answer(page, "basic_farm") == "涉及"
    assert "示例厂.txt" in (page.locator(".site-versions").text_content() or "")
    seat.require_quiet()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
def test_the_extract_has_the_figures_of_the_page(seat: Seat, world: World, tmp_path: Path) -> None:
    page = paste(seat)
    area = page.locator(".site-area b").inner_text()
    hit = page.locator('li[data-line="basic_farm"] .site-measure b').inner_text()
    address = page.get_by_role("link", name="摘要 PDF").get_attribute("href")
    file = tmp_path / "extract.pdf"
    file.write_bytes(seat.context.request.get(seat.address + str(address)).body())
    told = subprocess.run(["pdftotext", "-layout", str(file), "-"],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert f"{area} 亩" in told
    assert hit.removesuffix(" 亩") in told
    assert "没有查的" in told
    assert "第 1 页" in told
    seat.require_quiet()


def test_a_draft_is_kept_a_fault_is_said_and_a_phone_has_room(seat: Seat, world: World) -> None:
    page = enter(seat)
    page.get_by_role("button", name="粘贴坐标").click()
    page.get_by_label("坐标：").fill("不是坐标")
    page.reload()
    assert page.get_by_label("坐标：").input_value() == "不是坐标"
    page.get_by_role("button", name="用这些坐标检查").click()
    page.locator("#site-fault").wait_for()
    assert "没有坐标" in page.locator("#site-fault").inner_text()
    assert page.get_by_label("坐标：").input_value() == "不是坐标"
    page.set_viewport_size(PHONE)
    assert page.evaluate(FITS)
    seat.complaints = [said for said in seat.complaints if "400" not in said]
    seat.require_quiet()


def test_corners_are_edited_by_keys_alone(seat: Seat, world: World) -> None:
    page = paste(seat)
    before = page.locator("#site-said").inner_text()
    page.keyboard.press("e")
    button = page.locator(".gis-corner")
    button.wait_for()
    assert page.evaluate("document.activeElement.className") == "gis-corner"
    assert button.inner_text() == "第 1 点，共 4 点"
    page.keyboard.press("+")
    assert button.inner_text() == "第 2 点，共 5 点"
    east = page.get_by_label("横坐标 Y（东），米")
    start = float(east.input_value())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert float(east.input_value()) == pytest.approx(start + 11, abs=0.002)
    page.locator('[role="status"]', has_text="向东移 10 米").wait_for(state="attached")
    page.keyboard.press("Shift+ArrowDown")  # off the edge's line: the area grows
    seat.require_quiet()  # axe itself complains of the page's policy
    assert violations(seat) == []
    seat.picture("corners")
    page.keyboard.press("Enter")
    button.wait_for(state="detached")
    assert page.locator("#site-said").inner_text() != before
    page.keyboard.press("e")
    button.wait_for()
    for _ in range(3):
        page.keyboard.press("Delete")
    assert button.inner_text().endswith("共 3 点"), "a ring keeps three"
    page.keyboard.press("Escape")
    button.wait_for(state="detached")
