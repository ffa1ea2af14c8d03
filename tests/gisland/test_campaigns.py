"""The campaigns: files that add up, figures against the drawing, pages, scope, what is missing."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from imports.models import ExportLog
from spatial.campaigns import read
from spatial.campaigns.figures import figures_of
from spatial.campaigns.read import campaign_of, campaigns
from spatial.engine.make_patches import make_patches
from spatial.scope import scope_of
from tests import drawing
from tests.campaign_ground import AS_OF, HOME, LEASES, draw_park, firms, judge, page, park, words
from tests.people import make_regions, person

if TYPE_CHECKING:
    from spatial.models import User

DOC = (Path(__file__).resolve().parents[2] / "docs/how-to/add-a-campaign.md").read_text("utf-8")

__all__ = ["park"]


@pytest.mark.django_db
def test_the_page_of_the_docs_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leased.toml").write_text(
        re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)[0], "utf-8"
    )
    monkeypatch.setattr(read, "ROOT", tmp_path)
    read.campaigns.cache_clear()
    try:
        make_regions()
        home = drawing.county(HOME)
        taken = {**LEASES, "direction": "租入"}
        leases = {"draw": "LLLLMM", "L": taken, "M": {**taken, "plan": "无"}}
        drawing.draw_layer("lease", leases, region=home)
        drawing.draw_layer("occupied", {"draw": "OO....", "O": {"holder": "甲厂"}}, region=home)
        judge("租入2026", "lease", "park-lease")
        answer = page(person(HOME), "/campaigns/leased/")
        cells = [[cell for cell, _ in row] for _, row, _ in answer.context["rows"]]
        assert cells == [["县990101", "2", "0.90", "0.30", "0.60", "0.30", "33.33 %"]]
        assert "租金：台账没有交付" in words(answer.content.decode())
    finally:
        read.campaigns.cache_clear()


# ---------------------------------------------------------------- the figures


def test_one_row_a_firm_as_the_drawing_says(park: User) -> None:
    found = firms(park)
    first, second = found["甲厂"], found["乙厂"]
    assert first["used"] == first["acquired"] + first["over_acquire"]
    assert [round(first[key]) for key in ("used", "entitled", "acquired", "over_acquire")] == [
        600, 300, 300, 300,
    ]  # fmt: skip
    assert first["wrong"] == pytest.approx(Decimal("0.5"), abs=Decimal("0.0001"))
    assert [round(second[key]) for key in ("used", "entitled", "before_rent")] == [400, 0, 400]
    assert second["wrong"] == 1


def test_every_row_and_the_total_close_to_the_hundredth(park: User) -> None:
    for table in campaign_of("park-audit").tables[:2]:
        found = figures_of(table, scope_of(park))
        shared = [c.code for c in found.columns if c.kind == "conclude" and not c.of_which]
        assert found.lines
        for line in (*found.lines, found.total):
            assert sum(line.cells[code] for code in shared) == line.cells["used"]


@pytest.mark.django_db
def test_without_a_ledger_of_leases_nobody_is_accused_or_cleared() -> None:
    make_regions()
    draw_park(drawing.county(HOME), lease="missing")
    judge("园区2026", "occupied", "park-audit")
    who = person(HOME)
    found = firms(who)["乙厂"]
    assert round(found["unknown"]) == 400
    assert found["before_rent"] == found["outside"] == 0
    assert found["wrong"] is None
    assert (found["wrong:low"], found["wrong:high"]) == (0, 1)
    said = words(page(who, "/campaigns/park-audit/").content.decode())
    assert "县990101无租赁" in said
    assert "数据不足" in said


@pytest.mark.django_db
def test_ground_that_is_not_judged_yet_is_unknown() -> None:
    make_regions()
    draw_park(drawing.county(HOME))
    make_patches("occupied", batch="园区2026", ruleset="park-audit", as_of=AS_OF)
    total = figures_of(campaign_of("park-audit").tables[0], scope_of(person(HOME))).total
    assert round(total.cells["unknown"]) == 1000


def test_the_supply_rate_by_year_is_one_of_sums(db: None) -> None:
    make_regions()
    home = drawing.county(HOME)
    papers = {
        "draw": "AAAABBBBBB",
        "A": {"step": "征收", "approved_on": datetime.date(2019, 5, 1)},
        "B": {"step": "征收", "approved_on": datetime.date(2021, 5, 1)},
    }
    drawing.draw_layer("approval", papers, region=home)
    sold = {"draw": "SSS.S.....", "S": {"contract_on": datetime.date(2022, 1, 1)}}
    drawing.draw_layer("supply", sold, region=home)
    drawing.draw_empty(["built_up"], home)
    judge("供地2026", "approval", "land-supply")
    table = campaign_of("stock-land").table("years")
    assert table is not None
    found = figures_of(table, scope_of(person(HOME)))
    rates = {line.name: round(float(line.cells["rate"]), 3) for line in found.lines}
    assert rates == {"2019 年": 0.75, "2021 年": round(1 / 6, 3)}
    assert float(found.total.cells["rate"]) == pytest.approx(0.4, abs=1e-4)


# ---------------------------------------------------------------- the papers


def test_the_spreadsheet_holds_the_numbers_of_the_page(park: User) -> None:
    answer = page(park, "/campaigns/park-audit/tables.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["一企一表"]
    heads = [cell.value for cell in sheet[2]]
    rows = {row[0].value: dict(zip(heads, (cell.value for cell in row), strict=True))
            for row in sheet.iter_rows(min_row=3, max_row=5)}  # fmt: skip
    found = firms(park)["甲厂"]
    assert rows["甲厂"]["少征多用（m²）"] == float(found["over_acquire"])
    assert rows["甲厂"]["少征多用（亩）"] == 0.45
    assert rows["合计 2 个"]["实际占用（亩）"] == 1.5
    assert ExportLog.objects.filter(what="campaign", format="xlsx").exists()


def test_the_paper_is_made_with_its_map(park: User) -> None:
    answer = page(park, "/campaigns/park-audit/table.pdf")
    assert answer.content.startswith(b"%PDF")
    assert ExportLog.objects.filter(what="campaign", format="pdf").exists()


def test_the_list_names_every_campaign_and_what_has_no_ground(park: User) -> None:
    said = words(page(park, "/campaigns/").content.decode())
    for campaign in campaigns().values():
        assert campaign.title in said
    assert "2 块地" in said
    assert "您的行政区还没有这个专项的地块" in said
