"""Each door from the front page on, as its user's whole way, with and without a graphics card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spatial.models import Batch, Determination, Patch, Run
from spatial.models.patch import Source
from tests.browser.conftest import CHROMIUM, Seat
from tests.browser.test_site_check import CORNERS
from tests.browser.world import HOME, degrees

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Playwright
    from pytest_django.live_server_helper import LiveServer

    from tests.browser.world import World

GRAPHICS = {
    "none": ["--disable-gpu", "--disable-software-rasterizer"],
    "software": ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
}


@pytest.fixture(params=list(GRAPHICS))
def visitor(
    request: pytest.FixtureRequest, playwright: Playwright, server: LiveServer, world: World
) -> Iterator[Seat]:
    """An officer of the county at the front page, before a machine of this kind."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", *GRAPHICS[request.param]]
    )
    seat = Seat(browser, server.url, request.node.name, world.sessions)
    seat.sit_down("zhang")
    seat.open("/")
    yield seat
    seat.picture("end")
    browser.close()
    sites = Patch.objects.filter(batch__source=Source.SITE)
    Run.objects.filter(assessments__patch__in=sites).delete()
    sites.delete()
    Batch.objects.filter(source=Source.SITE).delete()


def through(seat: Seat, door: str) -> None:
    """By the door of that name on the front page."""
    seat.page.locator("main").get_by_role("link", name=door).first.click()


def test_from_the_front_page_to_a_decision(visitor: Seat, world: World) -> None:
    page = visitor.page
    through(visitor, "图斑核查")
    page.wait_for_url("**/review/**")
    page.locator(f"tr[data-id='{world.patch.pk}']").click()
    page.locator("[data-act=confirm]").wait_for()
    visitor.idle()
    page.keyboard.press("c")
    page.locator("#desk-toast", has_text=f"确认初判：图斑 {world.patch.jcbh}").wait_for()
    assert Determination.objects.filter(patch=world.patch).exists()
    page.keyboard.press("u")
    page.locator("#desk-toast", has_text="已撤销").wait_for()
    visitor.require_quiet()


def test_from_the_front_page_to_a_sites_extract(visitor: Seat, world: World) -> None:
    page = visitor.page
    through(visitor, "选址检查")
    page.wait_for_url("**/site-check/")
    visitor.idle()
    page.get_by_role("button", name="粘贴坐标").click()
    pasted = "\n".join("{:.9f}, {:.9f}".format(*degrees(*at)) for at in CORNERS)
    page.get_by_label("坐标：").fill(pasted)
    page.get_by_role("button", name="用这些坐标检查").click()
    page.wait_for_url("**/site-check/*/")
    visitor.idle()
    said = page.locator('li[data-line="basic_farm"] .site-answer').inner_text()
    assert said == "涉及"
    address = page.get_by_role("link", name="摘要 PDF").get_attribute("href")
    sheet = page.request.get(visitor.address + str(address))
    assert sheet.body().startswith(b"%PDF-")
    visitor.require_quiet()


def test_from_the_front_page_to_the_bulletin(visitor: Seat, world: World) -> None:
    page = visitor.page
    through(visitor, "违法占耕比")
    page.wait_for_url("**/ratios/**")
    visitor.idle()
    page.locator("#ratio-ranking").get_by_role("link", name="绘图县").click()
    page.wait_for_url(f"**region={HOME}*")
    visitor.idle()
    address = page.get_by_role("link", name="通报 PDF", exact=True).get_attribute("href")
    assert page.request.get(visitor.address + str(address)).body().startswith(b"%PDF-")
    visitor.require_quiet()
