"""The tables of issued patches: every m² at one stage, one set of numbers on screen, in the
spreadsheet, for machines and in the bulletin; a past day answered from what was known."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisland.casework.tallies import tallies
from gisland.pages.issue_tables import SHOWN
from imports.models import ExportLog
from spatial import facts, units
from spatial.engine.ratio_stages import STAGES, stages, stages_of_patches
from spatial.engine.ratios import table as ratio_table
from spatial.scope import scope_of
from tests import ratio_ground as drawn
from tests.casework.office import NOW, Office, make_office

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2024, 6, 3)
RULES = {"ruleset": drawn.NAME}


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def office() -> Office:
    """A patch of 900 m²: legal 200, illegal 400 (300 of it cultivated), other and pending 100 each,
    not yet supplied 100."""
    return make_office("cciiijops")


def ground(office: Office, **asked: Any) -> Any:
    return stages(drawn.query(basis="decided", **asked))


def whole(sums: Any) -> tuple[int, int, int]:
    return sums.patch_count, round(sums.area_m2), round(sums.cultivated_m2)


def test_ground_nobody_has_spoken_of_is_undecided_and_counts_in_nothing_else(
    office: Office,
) -> None:
    found = ground(office)
    assert whole(found.total.issued)[:2] == (1, 900)
    assert whole(found.total.of("undecided"))[:2] == (1, 900)
    assert whole(found.total.verified)[:2] == (0, 0)
    assert set(found.total.stages) == {"undecided"}


def test_decided_ground_stands_at_one_stage_and_the_stages_add_up(office: Office) -> None:
    office.decide()
    found = ground(office).total
    assert {stage: whole(found.of(stage)) for stage in found.stages} == {
        "legal": (1, 200, 200),
        "illegal": (1, 500, 400),  # 未供即用 is an offence, though it may not count in the ratio
        "other": (1, 100, 0),
        "open": (1, 100, 0),
    }
    assert whole(found.verified) == (1, 900, 600)
    assert sum(found.of(stage).area_m2 for stage in STAGES) == found.issued.area_m2


def test_what_was_put_right_is_part_of_the_illegal_ground(office: Office) -> None:
    office.decide()
    facts.rectify(
        office.patch, facts.Word(office.officer, NOW.date()), kind="reclaimed",
        part=drawn.box(office.county, 2, 0, 4, 1), area_m2=Decimal(200),
    )  # fmt: skip
    found = ground(office).total
    assert whole(found.of("illegal")) == (1, 500, 400)
    assert whole(found.rectified) == (0, 200, 200), "not all of it: no patch is put right"
    office.rectify()
    assert whole(ground(office).total.rectified) == (1, 500, 400)


def test_the_table_agrees_with_the_ratios_of_the_same_moment(office: Office) -> None:
    office.decide()
    ratio = ratio_table(drawn.query(basis="decided")).total
    found = ground(office).total
    parts = ("illegal", "uncounted", "rectified_out", "rectified_kept")
    assert found.of("illegal").area_m2 == sum(ratio.bands[band]["area_m2"] for band in parts)
    assert found.issued.area_m2 == ratio.area_m2


def test_ground_issued_twice_and_what_is_left_out_stand_apart(office: Office) -> None:
    again = drawn.draw_patch("PPPP", office.county, batch="again")
    drawn.judge(again)
    drawn.link(again, office.patch)
    office.decide()
    facts.decide(again, facts.Word(office.officer, NOW.date()))
    facts.exclude(again, facts.Word(office.officer, NOW.date()), reason_code="key_project")
    found = stages(drawn.query(basis="decided"), "batch")
    rows = {row.batch: row for row in found.rows}
    assert whole(rows["again"].of("excluded"))[:2] == (1, 400)
    assert whole(rows["2024Q1"].of("repeated"))[:2] == (1, 400)
    assert round(found.total.issued.area_m2) == 1300
    assert [row.batch for row in stages(drawn.query(), "batch", batch="again").rows] == ["again"]


def test_a_past_moment_is_answered_from_what_was_known(office: Office) -> None:
    before = timezone.now()
    office.decide()
    assert "undecided" in ground(office, known_at=before).total.stages
    assert "undecided" not in ground(office, known_at=timezone.now()).total.stages


def test_by_patch_the_same_sums_stand_as_in_the_table(office: Office) -> None:
    office.decide()
    found = stages_of_patches(drawn.query(basis="decided"), [office.patch.pk])[office.patch.pk]
    total = ground(office).total
    assert {stage: row["area_m2"] for stage, row in found.items()} == {
        stage: sums.area_m2 for stage, sums in total.stages.items()
    }


def test_the_progress_counts_what_the_ledger_held_on_the_day() -> None:
    office = make_office()
    office.assign()
    office.decide()
    office.prove()
    office.step(office.officer, "submit")
    office.step(office.county_reviewer, "return_county", reason_code="outline")

    def told(day: datetime.date) -> Any:
        end = timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))
        found = tallies(scope_of(office.captain), {"2024Q1"}, [office.county.pk],
                        known_at=end, as_of=day)  # fmt: skip
        return found.get(office.county.code)

    late = told(datetime.date(2024, 7, 31))
    assert (late.case_count, late.returned_count, late.return_count) == (1, 1, 1)
    assert (late.overdue_count, late.closed_count) == (1, 0)
    assert told(NOW.date()).overdue_count == 0
    assert told(NOW.date() - datetime.timedelta(days=1)) is None, "not opened yet"


@pytest.mark.parametrize("day", [NOW.date(), datetime.date(2024, 7, 31)])
def test_today_is_counted_from_the_stored_clocks_and_says_what_the_ledger_says(
    day: datetime.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office()
    office.assign()
    end = timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))

    def told(known_at: Any, batch: str = "2024Q1", county: int = office.county.pk) -> Any:
        return tallies(scope_of(office.captain), {batch}, [county], known_at=known_at, as_of=day)

    replayed = told(end)
    assert replayed[office.county.code].overdue_count == (day > NOW.date())
    monkeypatch.setattr("gisland.casework.tallies.pressing", None)
    assert told(None) == replayed
    assert told(None, batch="2023Q4") == told(None, county=0) == {}


def test_screen_spreadsheet_api_and_bulletin_say_the_same(office: Office) -> None:
    office.decide()
    office.rectify()
    client = as_(office.captain)
    page = client.get(reverse("issue_tables"), RULES)
    api = client.get(reverse("api-issue-tables"), RULES).json()
    file = client.get(reverse("issue_xlsx"), RULES).content
    printed = client.get(reverse("issue_bulletin"), RULES)
    foot = _numbers(page.content.decode().split("<tfoot>")[1].split("</tfoot>")[0])
    total = api["total"]["stages"]
    assert total["illegal"]["area_m2"] == "500.00"
    assert total["rectified"]["area_m2"] == "500.00"
    expected = []
    for stage, shown in SHOWN.items():
        sums = total[stage]
        parts = [str(sums["patch_count"]), sums["area_mu"], _mu(sums["cultivated_m2"])]
        expected += parts[: min(shown, 3)]
    assert foot == expected, "the page prints the API's numbers (the ruleset has no 永农)"
    values, formulas = _books(file)
    heads = [cell.value for cell in values[2]]
    at = heads.index("违法面积（亩）")
    assert values[3][at].value == float(total["illegal"]["area_mu"])
    assert formulas[3][at].value.startswith("=ROUND(")
    exact = heads.index("违法面积（平方米）")
    assert values[3][exact].value == 500.0
    assert formulas[4][exact].value.startswith("=SUM("), "the total is a formula"
    check = heads.index("校核：下发减各栏之和（平方米）")
    assert values[3][check].value == 0
    assert formulas[3][check].value.startswith("=ROUND(")
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    rate = next(row for row in api["progress"] if row["code"] == office.county.code)
    assert rate["rectified_share"] == "1.0000"
    assert "整改率 100.00 %" in page.content.decode()
    assert set(ExportLog.objects.values_list("what", flat=True)) == {
        "issue_tables", "issue_bulletin",
    }  # fmt: skip


def test_versions_and_switches_are_printed(office: Office) -> None:
    told = as_(office.captain).get(reverse("issue_tables"), RULES).content.decode()
    for words in ("规则 比率画例 1", "剔除：省级以上重点项目", "认定口径", "依据数据：", "版本 "):
        assert words in told


def test_a_reader_of_another_county_sees_none_of_it(office: Office) -> None:
    client = as_(office.stranger)
    assert client.get(reverse("api-issue-tables"), RULES).json()["rows"] == []
    assert "没有已下发的图斑" in client.get(reverse("issue_tables"), RULES).content.decode()
    forged = {**RULES, "region": office.county.code}
    assert client.get(reverse("issue_tables"), forged).status_code == 404
    assert client.get(reverse("api-issue-tables"), forged).status_code == 404
    assert Client().get(reverse("issue_tables")).status_code == 302


@pytest.mark.parametrize(
    "query", ["level=village", "group=colour", "known_at=x", "known_at=2999-01-01", "region=1"]
)
def test_an_address_that_means_nothing_is_refused_in_words(office: Office, query: str) -> None:
    response = as_(office.captain).get(f"{reverse('issue_tables')}?{query}")
    assert response.status_code == 400
    assert re.search("请改", response.content.decode())


def _numbers(row: str) -> list[str]:
    rows = re.findall(r"<tr>(.*?)</tr>", row, flags=re.DOTALL)
    return list(re.findall(r'<td class="number">([^<]*)</td>', rows[-1]))


def _mu(text: str) -> str:
    return str(units.mu(Decimal(text)))


def _books(content: bytes) -> tuple[dict[int, Any], dict[int, Any]]:
    """Lines of the first sheet: values, and formulas."""
    found = []
    for data_only in (True, False):
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)
        found.append({at: list(row) for at, row in enumerate(book.worksheets[0], start=1)})
    return found[0], found[1]
