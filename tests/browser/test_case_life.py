"""One case from issue to close-out, by those who handle, review and supervise it, through pages."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any

from gisland.casework import offline_check
from gisland.casework.models import Case
from tests.browser.test_axe import violations
from tests.casework.office import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.case_world import CaseWorld
    from tests.browser.conftest import Seat

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NUMBER = "示自然资〔2024〕7号"


class Desk:
    """Somebody before the page of one case."""

    last: Desk | None = None

    def __init__(self, seat: Seat, path: str) -> None:
        self.seat = seat
        self.path = path

    def look(self) -> None:
        """The page as it stands; loaded anew where somebody else acted last."""
        if Desk.last is not self or not self.seat.page.url.endswith(self.path):
            self.seat.open(self.path)
        Desk.last = self

    def folded(self, term: str) -> Locator:
        """What opens under a summary that begins with these words."""
        summary = self.seat.page.locator("summary", has_text=re.compile(rf"^\s*{term}"))
        return self.seat.page.locator("details.case-step", has=summary)

    def step(self, term: str, **told: str) -> None:
        """Take a step by its form, and be told that it was taken."""
        self.look()
        form = self.folded(term)
        form.locator("summary").click()
        for name, value in told.items():
            field = form.locator(f"[name={name}]")
            tag = field.evaluate("element => element.tagName")
            field.select_option(value) if tag == "SELECT" else field.fill(value)
        form.locator("button[type=submit]").click()
        self.seat.page.locator(".case-note", has_text=f"已办理：{term}").wait_for()

    def paper(self, kind: str, area: str = "") -> None:
        """Hand in a document with its number and date."""
        self.look()
        form = self.folded("上传材料")
        form.locator("summary").click()
        body = f"%PDF-1.7 {kind}".encode()
        form.locator("[name=file]").set_input_files(
            [{"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": body}]
        )
        form.locator("[name=paper]").select_option(kind)
        form.locator("[name=number]").fill(NUMBER)
        form.locator("[name=dated_on]").fill("2024-05-10")
        form.locator("[name=area_m2]").fill(area)
        form.locator("button[type=submit]").click()
        self.seat.page.locator(".case-note", has_text="已收到").wait_for()


def audit(seat: Seat) -> None:
    """Quiet so far, and nothing for axe to find; last of all, for axe writes styles of its own."""
    seat.require_quiet()
    assert violations(seat) == []


def open_and_assign(captain: Seat, world: CaseWorld) -> str:
    """The captain opens cases for what was issued, and assigns one; its address."""
    page = captain.open("/cases/")
    page.get_by_role("button", name="建案").click()
    page.locator(".case-note", has_text="个图斑建案").wait_for()
    captain.picture("list")
    page.get_by_role("link", name=world.patch.jcbh).click()
    page.wait_for_selector("#case-title")
    path = re.sub(r"^https?://[^/]+", "", page.url)
    Desk(captain, path).step("分派", officer=str(world.officer.pk))
    captain.open("/cases/")
    audit(captain)
    return path


def go_out(phone: Seat, world: CaseWorld) -> None:
    """The officer on the spot: two photos from two sides, and what is there."""
    page = phone.open("/field/")
    page.locator("#field-list a", has_text=world.patch.jcbh).click()
    page.locator("[data-part=picture] img").wait_for()
    point = world.patch.geom.point_on_surface
    for azimuth in (10, 100):
        photo = jpeg(place=(point.x, point.y), taken="2024:05:09 09:30:00", azimuth=azimuth)
        page.locator("[data-part=photo]").set_input_files(
            [{"name": f"现场{azimuth}.jpg", "mimeType": "image/jpeg", "buffer": photo}]
        )
        page.locator("#field-said", has_text="已送到").wait_for()
    form = page.locator("[data-part=form]")
    form.locator("[name=result]").fill("已建成")
    form.locator("[name=land_class]").select_option("0601")
    form.locator("[name=report]").check()
    form.locator("button").click()
    page.locator("#field-said", has_text="已送到").wait_for()
    phone.picture("case")
    page.locator("#field-waiting").click()
    page.locator("#field-receipts li").nth(2).wait_for()
    phone.picture("receipts")
    page.go_back()
    page.locator("[data-part=form]").wait_for()
    audit(phone)


def confirm_at_desk(officer: Seat, world: CaseWorld) -> None:
    page = officer.open(f"/review/?patch={world.patch.pk}")
    page.locator("[data-act=confirm]").wait_for()
    page.keyboard.press("c")
    page.locator("#desk-toast", has_text="确认初判").wait_for()


def take_file(officer: Desk, folder: Path) -> Path:
    page = officer.seat.open(officer.path)
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载案卷").click()
    coming.value.save_as(folder / "案卷.zip")
    return folder / "案卷.zip"


def test_a_case_is_played_from_issue_to_close_out(
    seats: Callable[..., Seat], case_world: CaseWorld, tmp_path: Path
) -> None:
    world, desks = case_world, {}
    path = open_and_assign(seats("fuze"), world)
    for name in ("banan", "xianshen", "shishen", "lingdao", "shengshen"):
        desks[name] = Desk(seats(name), path)
    officer = desks["banan"]
    confirm_at_desk(officer.seat, world)
    phone = seats("banan", **PHONE)
    go_out(phone, world)
    Desk.last = None

    officer.paper("stop_notice")
    officer.step("责令停止")
    officer.seat.picture("before-submission")
    officer.step("报审", note="现场已核实")
    desks["xianshen"].step("县级退回", reason="handling", note="请补充立案材料")
    officer.paper("filing_approval")
    officer.step("立案")
    officer.step("报审")
    desks["xianshen"].step("县级审核通过")
    desks["shishen"].step("市级审核通过")
    desks["shengshen"].step("省级审核通过并上报")

    desks["lingdao"].step("挂牌督办", reason="basic_farmland")
    officer.paper("penalty_decision", area="400")
    officer.step("作出决定")
    officer.step("开始整改")
    officer.look()
    form = officer.folded("登记整改")
    form.locator("summary").click()
    form.locator("[name=kind]").select_option("reclaimed")
    form.locator("button[type=submit]").click()
    officer.seat.page.locator(".case-note", has_text="已登记整改").wait_for()
    officer.step("申请验收")
    officer.paper("acceptance_record", area="400")
    desks["xianshen"].step("验收合格")
    desks["lingdao"].step("摘牌")
    desks["shishen"].step("销号")

    closed = Case.objects.get(patch=world.patch)
    assert (closed.report_state, closed.handling_state, closed.round) == ("reported", "closed", 2)
    file = take_file(officer, tmp_path)
    assert offline_check.faults_in(file) == []
    assert changed_in_pdf_is_found(file)
    for desk in desks.values():
        desk.seat.require_quiet()
    audit(officer.seat)


def changed_in_pdf_is_found(file: Path) -> bool:
    """One byte in the middle of the printed sheet."""
    with zipfile.ZipFile(file) as archive:
        member: Any = next(one for one in archive.infolist() if one.filename.endswith(".pdf"))
        assert archive.read(member).startswith(b"%PDF-")
    body = bytearray(file.read_bytes())
    body[member.header_offset + member.compress_size // 2] ^= 1
    file.write_bytes(body)
    return any("案卷表.pdf" in fault for fault in offline_check.faults_in(file))
