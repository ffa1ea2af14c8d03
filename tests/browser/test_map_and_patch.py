"""The map and the patch page, as a brigade officer meets them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.browser import world as drawn
from tests.browser.conftest import CHROMIUM, Seat
from tests.people import PASSWORD

if TYPE_CHECKING:
    import pytest
    from playwright.sync_api import Playwright
    from pytest_django.live_server_helper import LiveServer

    from tests.browser.world import World

PIXEL_OF = """([lng, lat]) => {
  const map = document.getElementById("map").gisMap.leaflet;
  const box = map.getContainer().getBoundingClientRect();
  const {x, y} = map.latLngToContainerPoint([lat, lng]);
  return [box.left + x, box.top + y];
}"""
INSIDE = (0.5 * drawn.M, 0.5 * drawn.M)
"""In the patch, on its 永农 half, away from its label."""


TOOLS_AND_LEGEND = ("tools", "legend")


def place(zoom: int) -> str:
    lng, lat = drawn.degrees(2 * drawn.M, drawn.M / 2)
    return f"/map/#{zoom}/{lat:.6f}/{lng:.6f}"


def click_ground(seat: Seat, east: float, north: float) -> None:
    x, y = seat.page.evaluate(PIXEL_OF, list(drawn.degrees(east, north)))
    seat.page.mouse.click(x, y)


def enter(seat: Seat, path: str = "/map/", name: str = "zhang") -> None:
    seat.sit_down(name)
    seat.open(path)
    seat.idle()


def legend(seat: Seat) -> str:
    return str(seat.page.locator(".gis-legend").inner_text())


def painted(seat: Seat) -> int:
    """Pixels of the map's tiles that are not empty."""
    return int(
        seat.page.evaluate(
            """() => [...document.querySelectorAll("canvas.gis-tile")].reduce((sum, canvas) => {
              const {width, height} = canvas;
              const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
              for (let at = 3; at < data.length; at += 4) if (data[at]) sum += 1;
              return sum;
            }, 0)"""
        )
    )


def test_an_officer_finds_a_patch_and_reads_its_proof(seat: Seat, world: World) -> None:
    """From the login to the sum of the pieces."""
    seat.open(f"/patches/{world.patch.pk}/")
    seat.log_in("zhang", PASSWORD)
    assert urlsplit(seat.page.url).path == f"/patches/{world.patch.pk}/"
    seat.open(place(17))
    seat.idle()
    assert painted(seat) > 1000
    click_ground(seat, *INSIDE)
    here = seat.page.locator(".gis-here")
    here.get_by_text("三调地类").wait_for()
    told = here.inner_text()
    for word in (drawn.JCBH, "初判，疑似", "永久基本农田", "YN-7", "地类编码", "0101 水田", "亩"):
        assert word in told
    seat.picture("here")
    here.get_by_role("link", name=drawn.JCBH).click()
    seat.page.wait_for_selector("#pieces-sum")
    seat.idle()
    rows = seat.page.locator("tr[data-piece] td:last-child").all_inner_texts()
    areas = [Decimal(text.replace(",", "")) for text in rows]
    assert len(areas) == 3
    assert sum(areas) == world.patch.area_m2
    assert seat.page.locator("#pieces-sum").inner_text() == f"{world.patch.area_m2:,}"
    seat.page.get_by_role("link", name="在地图上看").click()
    seat.idle()
    assert urlsplit(seat.page.url).path == "/map/"
    assert drawn.JCBH in seat.page.evaluate(
        "() => JSON.stringify([...document.getElementById('map').gisMap.layers.at(-1)"
        ".source.tiles.values()].flatMap((tile) => [...tile.values()]"
        ".flatMap(({features}) => features.map((feature) => feature.get('jcbh')))))"
    )
    seat.require_quiet()


def test_the_legend_lists_what_is_on_screen_and_keys_switch_layers(
    seat: Seat, world: World
) -> None:
    enter(seat, place(15))
    for word in ("图斑（初判）", "超出红线类", "永久基本农田", "用地批准"):
        assert word in legend(seat)
    assert "生态保护红线" not in legend(seat)
    before = painted(seat)
    seat.page.keyboard.press("1")
    seat.page.wait_for_function(
        "() => !document.querySelector('.gis-legend').innerText.includes('超出红线类')"
    )
    seat.idle()
    assert painted(seat) < before
    assert "off=patches" in seat.page.url
    seat.page.keyboard.press("1")
    seat.page.wait_for_function(
        "() => document.querySelector('.gis-legend').innerText.includes('超出红线类')"
    )
    assert "off=" not in seat.page.url
    seat.page.set_viewport_size({"width": 1024, "height": 540})  # too low for the whole list
    tools, listed = (seat.page.locator(f".gis-{name}").bounding_box() for name in TOOLS_AND_LEGEND)
    assert tools
    assert listed
    assert tools["y"] + tools["height"] <= listed["y"]
    assert listed["height"] > 60
    seat.require_quiet()


def test_from_afar_a_patch_is_a_dot(seat: Seat, world: World) -> None:
    enter(seat, place(10))
    assert "超出红线类" in legend(seat)
    points = seat.page.evaluate(
        "() => [...document.getElementById('map').gisMap.layers.at(-1).source.tiles.values()]"
        ".some((tile) => tile.has('patches-labels') && !tile.has('patches'))"
    )
    assert points
    seat.require_quiet()


def test_pieces_light_up_in_table_and_map(seat: Seat, world: World) -> None:
    enter(seat, f"/patches/{world.patch.pk}/")
    click_ground(seat, *INSIDE)
    row = seat.page.locator("tr.is-chosen")
    row.wait_for()
    number = row.get_attribute("data-piece")
    assert "永久基本农田" in row.inner_text()
    seat.page.locator("tr.is-chosen .piece-button").click()
    seat.page.wait_for_function("() => !document.querySelector('tr.is-chosen')")
    seat.page.get_by_role("button", name=f"在图上标出碎块 {number}").click()
    chosen = seat.page.evaluate("() => document.getElementById('map').gisMap.selected.id")
    assert str(chosen) == number
    seat.page.locator('a[href="#piece-3"]').click()
    seat.page.wait_for_selector("#piece-3[open]")
    seat.require_quiet()


def test_the_swipe_moves_by_keyboard(seat: Seat, world: World) -> None:
    enter(seat, f"/patches/{world.patch.pk}/")
    assert seat.page.locator(".gis-aside .gis-fold").get_attribute("aria-expanded") == "false"
    seat.page.keyboard.press("s")
    slider = seat.page.get_by_role("slider", name="卷帘：左 前 2023-12-01，右 后 2024-05-01")
    slider.wait_for()
    seat.page.wait_for_function(
        "() => { const tiles = [...document.querySelectorAll('img.leaflet-tile')];"
        " return tiles.length > 3 && tiles.every((tile) => tile.naturalWidth > 0); }"
    )
    value = int(slider.input_value())
    for _ in range(5):
        seat.page.keyboard.press("ArrowRight")
    assert int(slider.input_value()) > value
    seat.picture("swipe")
    offer = seat.page.locator(".gis-offer")
    assert offer.get_attribute("aria-pressed") == "true"
    seat.page.keyboard.press("s")
    slider.wait_for(state="detached")
    assert offer.get_attribute("aria-pressed") == "false"
    seat.require_quiet()


def test_a_user_of_another_county_sees_no_patch(seat: Seat, world: World) -> None:
    enter(seat, place(16), name="wang")
    assert "图斑（初判）" not in legend(seat)
    tiles = [url for url in seat.requests if "/tiles/patches/" in url]
    assert tiles
    for url in tiles:
        assert drawn.JCBH.encode() not in seat.context.request.get(url).body()
    click_ground(seat, *INSIDE)
    seat.page.locator(".gis-here .gis-quiet").wait_for()
    assert drawn.JCBH not in seat.page.content()
    seat.require_quiet()
    answer = seat.page.goto(f"{seat.address}/patches/{world.patch.pk}/")
    assert answer.status == 404
    assert drawn.JCBH not in seat.page.content()


def test_on_a_phone_nothing_hangs_over_the_side(seat: Seat, world: World) -> None:
    seat.page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/map/", f"/patches/{world.patch.pk}/"):
        enter(seat, path)
        over = seat.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, path
    seat.require_quiet()


def test_without_3d_the_map_is_the_same(
    playwright: Playwright, server: LiveServer, world: World, request: pytest.FixtureRequest
) -> None:
    """A PC without a graphics driver."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-3d-apis", "--disable-gpu"]
    )
    try:
        seat = Seat(browser, server.url, request.node.name, world.sessions)
        enter(seat, place(16))
        assert painted(seat) > 1000
        click_ground(seat, *INSIDE)
        seat.page.locator(".gis-here").get_by_role("link", name=drawn.JCBH).wait_for()
        seat.picture("end")
        seat.require_quiet()
    finally:
        browser.close()
