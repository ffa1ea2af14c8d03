"""Overdue clocks told upward once, read by the level that is told; a letter of supervision."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from gisland.casework import clocks, notices
from gisland.casework.models import Case, CaseEvent, Notice, NoticeSeen
from spatial.errors import InputRefused
from spatial.scope import scope_of
from tests.casework.office import NOW, Office

pytestmark = pytest.mark.django_db
D = datetime.date
DUE = D(2024, 6, 20)
"""A ministry's patch of May: until the 20th of the next month."""


def check(day: D, *words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("check_deadlines", "--as-of", day.isoformat(), "--json", *words, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def levels(clock: str = "report") -> list[tuple[str, D]]:
    rows = Notice.objects.filter(clock=clock).order_by("on")
    return [(one.level, one.on) for one in rows]


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def day(number: int) -> D:
    return DUE + datetime.timedelta(days=number)


def test_each_level_hears_on_its_day_and_once(office: Office) -> None:
    assert check(DUE)["notices_written"] == 0
    assert check(day(1))["notices_written"] == 2, "report and rectification, to the county"
    assert check(day(1))["notices_written"] == 0
    assert check(day(4))["notices_written"] == 0
    check(day(20))
    assert levels() == [("county", day(1)), ("city", day(5)), ("province", day(15))]
    assert check(day(20))["notices_written"] == 0
    assert check(day(3))["notices_written"] == 0, "an earlier day asked later adds none"


def test_a_day_missed_is_written_as_if_it_had_not_been(office: Office) -> None:
    check(day(15))
    assert levels() == [("county", day(1)), ("city", day(5)), ("province", day(15))]


def test_a_dry_run_writes_nothing(office: Office) -> None:
    assert check(day(9), "--dry-run")["counts"]["report"]["overdue"] == 1
    assert not Notice.objects.exists()


def test_an_extension_begins_another_count(office: Office) -> None:
    check(day(1))
    office.paper("extension_approval")
    office.step(
        office.city_reviewer, "extend", reason_code="complex",
        told={"clock": "report", "until": "2024-06-30"}, at=NOW,
    )  # fmt: skip
    check(D(2024, 7, 1))
    assert levels() == [("county", day(1)), ("county", D(2024, 7, 1))]


def test_a_notice_is_never_changed(office: Office) -> None:
    check(day(1))
    for deed in (lambda: Notice.objects.update(level="city"), Notice.objects.all().delete):
        with pytest.raises(DatabaseError, match="只可追加"), transaction.atomic():
            deed()


def test_it_is_read_by_the_level_that_is_told_and_by_no_other(office: Office) -> None:
    check(day(5))
    county, city = (
        set(notices.notices_for(scope_of(who), who).values_list("level", flat=True))
        for who in (office.captain, office.leader)
    )
    assert (county, city) == ({"county"}, {"city"})
    for nobody in (office.officer, office.stranger, None):
        scope = scope_of(nobody) if nobody else scope_of(office.officer)
        assert not notices.notices_for(scope, nobody)
    told = text_of(as_(office.leader).get(reverse("case_deadlines")))
    assert office.patch.address in told
    assert office.patch.address not in text_of(as_(office.stranger).get(reverse("case_deadlines")))
    assert "逾期通报未阅" in text_of(as_(office.leader).get(reverse("home")))


def test_reading_it_is_said_once(office: Office) -> None:
    check(day(5))
    ids = list(Notice.objects.values_list("pk", flat=True))
    told = {"notice": [*ids, "x", "9" * 30]}
    as_(office.stranger).post(reverse("case_notices_seen"), told)
    assert not NoticeSeen.objects.exists()
    for _ in range(2):
        as_(office.leader).post(reverse("case_notices_seen"), told)
    assert {row.notice.level for row in NoticeSeen.objects.all()} == {"city"}
    assert NoticeSeen.objects.count() == 2
    assert "逾期通报未阅" not in text_of(as_(office.leader).get(reverse("home")))


def test_the_page_counts_today_as_the_past_is_counted(office: Office) -> None:
    client = as_(office.officer)
    now = client.get(reverse("case_deadlines")).context["counts"]
    past = client.get(f"{reverse('case_deadlines')}?as_of=2024-06-21").context
    assert {clock.code: row["overdue"] for clock, row in now} == {"report": 1, "rectify": 1}
    assert {clock.code: row["overdue"] for clock, row in past["counts"]} == {
        "report": 1, "rectify": 1,
    }  # fmt: skip
    assert past["past_count"] == 2
    assert "案件期限" in text_of(client.get(reverse("review")))


@pytest.mark.parametrize("query", ["as_of=x", "as_of=2999-01-01", "as_of=2024-13-01"])
def test_a_day_that_cannot_be_is_refused(office: Office, query: str) -> None:
    assert as_(office.officer).get(f"{reverse('case_deadlines')}?{query}").status_code == 400


# ------------------------------------------------------------------ the letter


def test_a_letter_of_supervision_has_a_number_and_a_day(office: Office) -> None:
    for told in ({}, {"number": "督1"}, {"number": "督1", "until": "昨天"},
                 {"number": "督1", "until": "2024-05-01"}, {"number": "长" * 121}):  # fmt: skip
        with pytest.raises(InputRefused):
            office.step(office.leader, "urge", told=told)
    office.step(office.leader, "urge", told={"number": "示督〔2024〕1号", "until": "2024-06-01"})
    event = CaseEvent.objects.last()
    assert event.told == {"number": "示督〔2024〕1号", "until": "2024-06-01"}
    told = text_of(as_(office.officer).get(reverse("case", args=[office.case.pk])))
    assert "示督〔2024〕1号，要求 2024-06-01 前办结" in told


def test_a_listed_case_is_found(office: Office) -> None:
    office.step(office.leader, "list", reason_code="overdue")
    assert Case.objects.get().listed
    told = text_of(as_(office.officer).get(reverse("case_deadlines")))
    assert "1 件" in told


def test_levels_are_told_by_days_overdue(office: Office) -> None:
    row = office.case.clocks.get(clock="report")
    assert clocks.read(row, day(15)).told_levels == ("county", "city", "province")
