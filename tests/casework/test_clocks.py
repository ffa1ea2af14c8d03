"""Deadlines: by issuer, in calendar or working days, paused, extended, reopened."""

from __future__ import annotations

import datetime

import pytest

from gisland.casework import clock_rules, clocks, workdays
from gisland.casework.clock_rules import book
from gisland.casework.errors import CalendarMissing, EdgeRefused, ProcessInvalid
from gisland.casework.models import CaseClock, CaseEvent
from spatial.errors import InputRefused
from spatial.models import Batch
from tests.casework.office import NOW, Office, make_office

D = datetime.date


def batch(source: str, issued: D, due: D | None = None) -> Batch:
    return Batch(code="b", source=source, issued_on=issued, report_due_on=due)


def event(edge: str, on: D, number: int = 2, **told: object) -> CaseEvent:
    return CaseEvent(number=number, edge=edge, on=on, round=1, told=told)


def running(of: Batch, *events: CaseEvent, finding: str = "") -> dict[str, clocks.Running]:
    return {one.clock.code: one for one in clocks.work_out(of, finding, events)}


# ------------------------------------------------------------------ working days


@pytest.mark.parametrize(
    ("start", "days", "due", "why"),
    [
        (D(2024, 9, 12), 3, D(2024, 9, 18), "中秋 15–17 日放假，14 日（周六）上班"),
        (D(2024, 9, 27), 5, D(2024, 10, 10), "29 日（周日）上班，国庆 1–7 日"),
        (D(2025, 1, 24), 3, D(2025, 2, 5), "26 日（周日）上班，春节 28 日–2 月 4 日"),
        (D(2026, 2, 13), 2, D(2026, 2, 24), "14 日（周六）上班，春节 15–23 日"),
        (D(2024, 5, 6), 0, D(2024, 5, 6), "零日"),
    ],
)
def test_working_days_know_holidays_and_days_worked_instead(start, days, due, why) -> None:
    assert workdays.after(start, days) == due, why
    assert workdays.between(start, due) == days


def test_a_year_whose_holidays_are_not_loaded_is_not_guessed() -> None:
    with pytest.raises(CalendarMissing, match="2031 年的节假日安排尚未载入"):
        workdays.after(D(2031, 1, 1), 1)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ('["2024"]\noff = ["2024-06-08"]\nwork = []', "2024-06-08"),  # a Saturday
        ('["2024"]\noff = []\nwork = ["2024-06-10"]', "2024-06-10"),  # a Monday
        ('["2024"]\noff = ["2025-01-01"]\nwork = []', "2025-01-01"),
        ('["2024"]\noff = ["2024-05-03/2024-05-01"]\nwork = []', "起止颠倒"),
    ],
)
def test_a_calendar_that_cannot_be_true_is_refused(told: str, why: str) -> None:
    with pytest.raises(ProcessInvalid, match=why):
        workdays.read(told)


# ------------------------------------------------------------------ 下发 → 截止


@pytest.mark.parametrize(
    ("source", "issued", "due"),
    [
        ("部", D(2023, 1, 31), D(2023, 2, 20)),
        ("部", D(2023, 12, 5), D(2024, 1, 20)),
        ("省", D(2023, 4, 30), D(2023, 4, 30)),
        ("省", D(2024, 2, 3), D(2024, 2, 29)),
        ("市", D(2023, 12, 29), D(2024, 1, 3)),
    ],
)
def test_the_deadline_of_a_patch_follows_its_issuer(source: str, issued: D, due: D) -> None:
    assert running(batch(source, issued))["rectify"].due_on == due


def test_the_date_of_the_notice_comes_before_the_rule() -> None:
    told = running(batch("部", D(2024, 5, 6), D(2024, 5, 31)))
    assert (told["report"].due_on, told["rectify"].due_on) == (D(2024, 5, 31), D(2024, 6, 20))
    assert "report" not in running(batch("巡查", D(2024, 5, 6))), "no rule, no clock"


def test_due_today_is_not_overdue() -> None:
    told = running(batch("市", D(2024, 5, 6)))["report"]
    assert told.due_on == D(2024, 5, 11)
    states = {
        day: clocks.read(told, D(2024, 5, day)).state for day in (6, 8, 11, 12)
    }  # fmt: skip
    assert states == {6: "running", 8: "burning", 11: "due_today", 12: "overdue"}
    assert clocks.read(told, D(2024, 5, 12)).said == "逾期 1 天"


def test_overdue_is_told_upward_as_it_grows() -> None:
    told = running(batch("市", D(2024, 5, 6)))["report"]
    heard = {
        days: clocks.read(told, D(2024, 5, 11) + datetime.timedelta(days)).told_levels
        for days in (0, 1, 5, 15)
    }
    assert heard == {
        0: (), 1: ("county",), 5: ("county", "city"), 15: ("county", "city", "province"),
    }  # fmt: skip


# ------------------------------------------------------------------ pauses, extensions, rounds


def test_a_pause_moves_the_last_day_by_the_days_that_did_not_count() -> None:
    told = running(
        batch("市", D(2024, 5, 6)),
        event("pause", D(2024, 5, 8)),
        event("resume", D(2024, 5, 18), 3),
    )["report"]
    assert (told.due_on, told.paused_days) == (D(2024, 5, 21), 10)


def test_a_pause_of_working_days_counts_working_days() -> None:
    told = running(
        batch("部", D(2024, 4, 1)),
        event("order_stop", D(2024, 4, 22)),  # 10 working days: 28 April worked, 1–3 May off
        event("pause", D(2024, 4, 26), 3),
        event("resume", D(2024, 5, 6), 4),  # 28, 29, 30 April and 6 May did not count
    )["file"]
    assert workdays.after(D(2024, 4, 22), 10) == D(2024, 5, 8)
    assert told.paused_days == 4
    assert told.due_on == workdays.after(D(2024, 4, 22), 14)


def test_while_it_is_paused_nothing_is_overdue() -> None:
    told = running(batch("市", D(2024, 5, 6)), event("pause", D(2024, 5, 8)))["report"]
    assert clocks.read(told, D(2024, 9, 1)).state == "paused"


def test_an_extension_names_its_clock() -> None:
    told = running(
        batch("市", D(2024, 5, 6)),
        event("extend", D(2024, 5, 8), clock="rectify", until="2024-06-30"),
    )
    assert (told["rectify"].due_on, told["report"].due_on) == (D(2024, 6, 30), D(2024, 5, 11))
    assert told["rectify"].extended


def test_a_return_lets_the_report_clock_run_on_by_the_same_last_day() -> None:
    first = (event("submit", D(2024, 5, 8)),)
    told = running(batch("市", D(2024, 5, 6)), *first)["report"]
    assert clocks.read(told, D(2024, 5, 30)).state == "met"
    told = running(batch("市", D(2024, 5, 6)), *first, event("return_county", D(2024, 5, 13), 3))[
        "report"
    ]
    assert clocks.read(told, D(2024, 5, 30)).said == "逾期 19 天"


def test_the_term_for_a_decision_is_that_of_the_law_in_force() -> None:
    old = running(batch("部", D(2021, 3, 1)), event("file", D(2021, 7, 14)))["penalise"]
    new = running(batch("部", D(2021, 3, 1)), event("file", D(2021, 7, 15)))["penalise"]
    assert ((old.due_on - old.started_on).days, (new.due_on - new.started_on).days) == (60, 90)


def test_lawful_ground_has_no_clock_of_rectification() -> None:
    issued = batch("部", D(2024, 5, 6))
    assert set(running(issued, finding="lawful")) == {"report"}
    assert set(running(issued, finding="")) == {"report", "rectify"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('ends = ["submit"]', 'ends = ["send"]', "没有步骤 send"),
        ("due = { month_end = 0 }", "due = { week = 1 }", "due 应写"),
        ('sources = ["部"]', 'sources = ["国"]', "没有来源 国"),
        ("city = 5", "city = 50", "天数须随级别升高而不减"),
    ],
)
def test_clocks_that_make_no_sense_are_refused(old: str, new: str, why: str) -> None:
    text = clock_rules.CLOCKS_FILE.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ProcessInvalid, match=why):
        clock_rules.read(text.replace(old, new))


def test_every_clock_names_where_it_is_written() -> None:
    for clock in book().clocks.values():
        for rule in clock.rules:
            assert len(rule.source) > 6, clock.code


# ------------------------------------------------------------------ stored with the case


@pytest.mark.django_db
def test_the_stored_clocks_are_those_of_the_ledger(office: Office) -> None:
    office.send_up()
    stored = {row.clock: (row.due_on, row.ended_on) for row in CaseClock.objects.all()}
    assert stored["report"] == (D(2024, 6, 20), NOW.date())
    assert stored["rectify"] == (D(2024, 6, 20), None)
    assert stored["check_on_site"] == (D(2024, 5, 11), NOW.date()), "a Saturday that was worked"
    assert set(stored) == {
        "report", "rectify", "check_on_site", "review_county", "review_city", "review_province",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_pause_is_approved_above_and_an_extension_comes_later() -> None:
    office = make_office(source="市")
    with pytest.raises(InputRefused, match="没有中止"):
        office.step(office.officer, "resume")
    office.step(office.city_reviewer, "pause", reason_code="court")
    with pytest.raises(InputRefused, match="已经中止"):
        office.step(office.city_reviewer, "pause", reason_code="court")
    with pytest.raises(EdgeRefused, match="缺少延期批准文件"):
        office.step(office.city_reviewer, "extend", reason_code="season", told={"clock": "rectify"})
    office.paper("extension_approval")
    for told, why in (
        ({}, "延期须指明"),
        ({"clock": "rectify", "until": "下月"}, "请填写延至哪一天"),
        ({"clock": "rectify", "until": "2024-05-11"}, "须晚于原截止日 2024-05-11"),
        ({"clock": "tea", "until": "2024-06-11"}, "没有期限 tea"),
    ):
        with pytest.raises(InputRefused, match=why):
            office.step(office.city_reviewer, "extend", reason_code="season", told=told)
    until = {"clock": "rectify", "until": "2024-06-30"}
    office.step(office.city_reviewer, "extend", reason_code="season", told=until)
    row = CaseClock.objects.get(clock="rectify")
    assert (row.due_on, row.extended, row.paused_since) == (D(2024, 6, 30), True, NOW.date())
