"""The front page as its readers use it: what waits is one press away, old links still lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from gisland.pages import home
from gisland.pages.home_ratios import News
from tests.browser import world as drawn

if TYPE_CHECKING:
    from tests.browser.conftest import Seat
    from tests.browser.world import World

FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


def test_an_officer_goes_from_what_waits_to_the_desk_by_keys(seat: Seat, world: World) -> None:
    batch = world.patch.batch.code
    seat.sit_down("zhang")
    page = seat.open("/")
    assert batch in page.locator("#front-waits").inner_text()
    action = page.get_by_role("link", name=f"接着核查 {batch}")
    for _ in range(30):
        page.keyboard.press("Tab")
        if action.evaluate("(link) => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/review/?batch={batch}&status=waiting*")
    seat.require_quiet()


def test_a_link_of_the_days_when_the_map_was_the_front_page(seat: Seat, world: World) -> None:
    lng, lat = drawn.degrees(100, 25)
    seat.sit_down("zhang")
    page = seat.open(f"/#17/{lat:.5f}/{lng:.5f}&off=land_use")
    page.wait_for_url(re.compile(r"/map/#17/.*off=land_use"))
    seat.idle()
    assert page.locator("[aria-current=page]").inner_text() == "地图"
    page = seat.open("/#data-title")
    assert urlsplit(page.url).path == "/"
    seat.require_quiet()


def test_figures_that_take_long_are_put_in_their_place(
    seat: Seat, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(scope: Any, *, patient: bool) -> News:
        return News(refused="数完了。") if patient else News(is_late=True)

    monkeypatch.setattr(home, "news_of", slow)
    seat.sit_down("zhang")
    page = seat.open("/")
    page.get_by_text("数完了。").wait_for()
    assert page.locator("[data-late]").count() == 0
    assert page.locator("#front-waits").count() == 1
    seat.require_quiet()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768), (1920, 1080)])
def test_phone_screen_and_wall(seat: Seat, world: World, width: int, height: int) -> None:
    seat.page.set_viewport_size({"width": width, "height": height})
    seat.sit_down("shuju")
    page = seat.open("/")
    assert page.evaluate(FITS)
    page.get_by_role("region", name="在用数据：图层与县区").focus()
    assert page.get_by_text("无数据", exact=True).count() > 0
    seat.picture(f"{width}")
    seat.require_quiet()
