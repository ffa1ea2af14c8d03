"""The field page with the network cut: nothing is lost, all counts once, nobody else sees it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

from gisland.casework.models import Case, Evidence
from spatial.models import FieldResult
from tests.browser.conftest import PICTURES
from tests.casework.office import jpeg
from tests.people import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import FilePayload, Page, Route

    from tests.browser.case_world import CaseWorld
    from tests.browser.conftest import Seat

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
EXPIRED_MS = 80 * 3_600_000


HOLD = """() => (navigator.geolocation.getCurrentPosition =
  (told) => (window.tellPlace = () => told({coords: {longitude: 117, latitude: 30}})))"""


def shoot(page: Page, photos: dict[str, bytes]) -> None:
    files: list[FilePayload] = [
        {"name": name, "mimeType": "image/jpeg", "buffer": photo} for name, photo in photos.items()
    ]
    page.locator("[data-part=photo]").set_input_files(files)


def waits(page: Page, said: str) -> None:
    page.locator("#field-waiting", has_text=said).wait_for()


def test_without_a_network_nothing_is_lost_and_all_is_sent_once(
    seats: Callable[..., Seat], case_world: CaseWorld
) -> None:
    case = Case.objects.get(patch=case_world.near)
    point = case_world.near.geom.point_on_surface
    here = {"longitude": point.x, "latitude": point.y}
    phone = seats("banan", **PHONE, permissions=["geolocation"], geolocation=here)
    page = phone.open("/field/")
    page.locator("#field-shell", has_text="本页可离线打开").wait_for()
    page.get_by_role("button", name="找我附近的").click()
    page.locator("#field-place", has_text="已定位").wait_for()
    page.locator("#field-list a", has_text=case_world.near.jcbh).click()
    page.locator("[data-part=picture] img").wait_for()
    phone.require_quiet()

    phone.context.set_offline(True)
    page.reload()
    page.locator("#field-said", has_text="没有网络").wait_for()
    page.locator("[data-part=picture] img").wait_for()
    photos = {name: jpeg(size=size) for name, size in (("一.jpg", 40), ("二.jpg", 50))}
    shoot_and_turn_to(page, photos, case_world.next.jcbh)
    page.locator("#field-case").get_by_text("返回列表").click()
    page.locator("#field-list a", has_text=case_world.near.jcbh).click()
    page.locator("[name=result]").fill("正在建设")
    page.locator("[data-part=form] button").click()
    waits(page, "待发 3")
    page.reload()
    waits(page, "待发 3")
    phone.picture("offline")
    assert not Evidence.objects.filter(case=case).exists()

    lost = lose_the_first_answer(page)
    phone.context.set_offline(False)
    page.locator("#field-waiting").click()
    page.get_by_role("button", name="现在发送").click()
    waits(page, "全部已发送")
    assert lost == ["answered, and lost"]
    kept = {one.file_name: one for one in Evidence.objects.filter(case=case)}
    assert {name: one.sha256 for name, one in kept.items()} == {
        name: hashlib.sha256(photo).hexdigest() for name, photo in photos.items()
    }
    assert {one.place_source for one in kept.values()} == {"device"}
    assert FieldResult.objects.get(patch=case_world.near).result == "正在建设"
    assert page.locator("#field-receipts li").count() == 3
    for one in kept.values():
        page.locator("#field-receipts", has_text=one.sha256).wait_for()
    phone.picture("receipts")


def shoot_and_turn_to(page: Page, photos: dict[str, bytes], next_jcbh: str) -> None:
    """Several at once; before the phone has its place, the next patch is opened and written on."""
    page.evaluate(HOLD)
    shoot(page, photos)
    page.locator("#field-case").get_by_text("返回列表").click()
    page.locator("#field-list a", has_text=next_jcbh).click()
    page.locator("[name=result]").fill("写到一半")
    assert "已存在本机" not in page.locator("#field-said").inner_text()
    page.wait_for_function("() => window.tellPlace")
    page.evaluate("() => window.tellPlace()")
    waits(page, f"待发 {len(photos)}")
    page.locator("#field-mine").dispatch_event("change")
    page.locator("#field-said", has_text="没有网络").wait_for()
    page.locator("#field-waiting").click()
    page.get_by_role("button", name="删除").first.wait_for()
    page.screenshot(path=PICTURES / "field-outbox-offline.png")
    page.go_back()
    assert page.locator("[name=result]").input_value() == "写到一半", "the list was renewed"


def lose_the_first_answer(page: Page) -> list[str]:
    """The server takes the first photo, and the connection breaks before it is told."""
    lost: list[str] = []

    def break_off(route: Route) -> None:
        if lost:
            route.continue_()
            return
        answer = route.fetch()
        assert answer.status == 201
        lost.append("answered, and lost")
        route.abort("connectionreset")

    page.route("**/cases/*/evidence", break_off)
    return lost


def log_in(phone: Seat, name: str) -> None:
    """By typing, in a session of one's own: to log out ends no other's."""
    phone.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page = phone.open("/login/?next=/field/")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/field/")


def test_whoever_uses_the_phone_next_sees_nothing_and_it_all_comes_back(
    seats: Callable[..., Seat], case_world: CaseWorld
) -> None:
    phone = seats("banan", **PHONE)
    page = phone.page
    log_in(phone, "banan")
    page.locator("#field-list a", has_text=case_world.near.jcbh).click()
    page.locator("[data-part=picture] img").wait_for()
    page.locator("#field-shell", has_text="本页可离线打开").wait_for(state="attached")
    phone.context.set_offline(True)
    shoot(page, {"三.jpg": jpeg(size=60)})
    waits(page, "待发 1")
    page.route("**/cases/*/evidence", lambda route: route.abort())
    phone.context.set_offline(False)

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login/**")
    phone.context.set_offline(True)
    page.goto(phone.address + "/field/")
    page.locator("#field-said", has_text="请先登录").wait_for()
    assert page.locator("#field-list li").count() == 0
    assert case_world.near.jcbh not in page.content()
    phone.context.set_offline(False)
    log_in(phone, "fuze")
    page.locator("#field-user", has_text=str(case_world.captain)).wait_for()
    waits(page, "全部已发送")
    assert kept_of(page) == {"pictures": 0, "outbox": 1}, "it stays for its owner, unseen"

    page.unroute("**/cases/*/evidence")
    log_in(phone, "banan")
    page.locator("#field-user", has_text=str(case_world.officer)).wait_for()
    waits(page, "全部已发送")
    page.wait_for_function("() => document.querySelectorAll('#field-receipts li').length === 1")
    one = Evidence.objects.get(file_name="三.jpg")
    assert one.by == case_world.officer

    page.clock.set_fixed_time(page.evaluate(f"() => Date.now() + {EXPIRED_MS}"))
    phone.context.set_offline(True)
    page.reload()
    page.locator("#field-said", has_text="本机也没有保存的图斑").wait_for()
    assert kept_of(page) == {"pictures": 0, "outbox": 0}


def kept_of(page: Page) -> dict[str, int]:
    """How many rows lie on the phone, of anybody."""
    found: dict[str, int] = page.evaluate(
        """() => new Promise((resolve) => {
          const request = indexedDB.open("gisland-field");
          request.onsuccess = () => {
            const told = {};
            const names = ["pictures", "outbox"];
            const at = request.result.transaction(names);
            for (const name of names)
              at.objectStore(name).count().onsuccess = ({ target }) => (told[name] = target.result);
            at.oncomplete = () => resolve(told);
          };
        })"""
    )
    return found
