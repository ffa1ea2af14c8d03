"""Handing over, absence, and who read what: within the own counties only."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisland.casework import reading, staff
from gisland.casework.models import Absence, Case, CaseEvent, ReadRecord
from spatial.errors import InputRefused, NotAllowed, PatchUnknown
from spatial.scope import scope_of
from tests.casework.office import NOW, Office
from tests.people import person

if TYPE_CHECKING:
    from spatial.models import User

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
WEEK = (TODAY, TODAY + datetime.timedelta(days=6))


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def colleague(office: Office) -> User:
    return person(office.county.code, "brigade", name="colleague", unit="甲县大队")


# ------------------------------------------------------------------ handing over


def test_everything_of_a_person_goes_to_another_each_with_its_record(
    office: Office, colleague: User
) -> None:
    office.assign()
    count = staff.hand_over_all(
        office.captain, office.officer.pk, colleague.pk, "调离", timezone.now()
    )
    assert count == 1
    assert Case.objects.get().officer == colleague
    event = CaseEvent.objects.last()
    assert (event.edge, event.note) == ("hand_over", "调离")
    assert event.told["officer_before"] == str(office.officer)


@pytest.mark.parametrize("note", ["", "  "])
def test_not_without_a_reason_nor_to_oneself_nor_of_nobody(office: Office, note: str) -> None:
    office.assign()
    own, other = office.officer.pk, office.captain.pk
    for giver, taker, why in ((own, other, note), (own, own, "调离"), (other, own, "调离")):
        with pytest.raises(InputRefused):
            staff.hand_over_all(office.captain, giver, taker, why, timezone.now())
    assert Case.objects.get().officer == office.officer


def test_nobody_hands_over_what_others_answer_for(office: Office) -> None:
    office.assign()
    with pytest.raises(InputRefused, match="没有未办结"):
        staff.hand_over_all(
            office.stranger, office.officer.pk, office.stranger.pk, "拿走", timezone.now()
        )
    with pytest.raises(InputRefused, match="不能办理"):
        staff.hand_over_all(
            office.captain, office.officer.pk, office.stranger.pk, "给邻县", timezone.now()
        )
    with pytest.raises(NotAllowed):
        staff.hand_over_all(
            office.officer, office.officer.pk, office.captain.pk, "自己给", timezone.now()
        )
    assert Case.objects.get().officer == office.officer


def test_the_page_hands_over_and_says_how_many(office: Office, colleague: User) -> None:
    office.assign()
    client = as_(office.captain)
    told = {"what": "hand_over", "giver": office.officer.pk, "taker": colleague.pk, "note": "调离"}
    response = client.post(reverse("case_people"), told, follow=True)
    assert "已移交 1 件" in text_of(response)
    bad = client.post(reverse("case_people"), {**told, "taker": "x"})
    assert bad.status_code == 400
    assert "请选择接收人" in text_of(bad)
    assert as_(office.officer).get(reverse("case_people")).status_code == 403
    assert "captain" not in text_of(as_(office.stranger).get(reverse("case_people")))


# ------------------------------------------------------------------ absence


def test_while_somebody_is_away_the_deputy_is_given_the_case(
    office: Office, colleague: User
) -> None:
    span = (NOW.date(), NOW.date() + datetime.timedelta(days=3))
    staff.be_away(office.captain, office.officer.pk, colleague.pk, span, "年假")
    event = office.assign()
    assert event.told["stands_in_for"] == str(office.officer)
    assert Case.objects.get().officer == colleague


@pytest.mark.parametrize(
    "fault", ["self", "backwards", "long", "twice", "deputy_away", "deputises"]
)
def test_an_absence_that_makes_no_sense_is_refused(
    office: Office, colleague: User, fault: str
) -> None:
    who, deputy, span = office.officer.pk, colleague.pk, WEEK
    if fault == "self":
        deputy = who
    if fault == "backwards":
        span = (WEEK[1], WEEK[0])
    if fault == "long":
        span = (TODAY, TODAY + datetime.timedelta(days=400))
    if fault == "twice":
        staff.be_away(office.captain, who, office.captain.pk, WEEK, "")
    if fault == "deputy_away":
        staff.be_away(office.captain, deputy, office.captain.pk, WEEK, "")
    if fault == "deputises":
        staff.be_away(office.captain, office.captain.pk, who, WEEK, "")
    before = Absence.objects.count()
    with pytest.raises(InputRefused):
        staff.be_away(office.captain, who, deputy, span, "")
    assert Absence.objects.count() == before


def test_absence_is_written_and_ended_within_the_own_counties(
    office: Office, colleague: User
) -> None:
    with pytest.raises(NotAllowed):
        staff.be_away(office.stranger, office.officer.pk, colleague.pk, WEEK, "")
    row = staff.be_away(office.captain, office.officer.pk, colleague.pk, WEEK, "")
    with pytest.raises(NotAllowed):
        staff.end_absence(office.stranger, row.pk, TODAY)
    load = {one.person: one for one in staff.loads(scope_of(office.captain), TODAY)}
    assert load[office.officer].away == row
    client = as_(office.captain)
    client.post(reverse("case_people"), {"what": "back", "absence": row.pk})
    assert not Absence.objects.exists(), "back before the first day was over"
    earlier = (TODAY - datetime.timedelta(days=3), WEEK[1])
    row = staff.be_away(office.captain, office.officer.pk, colleague.pk, earlier, "")
    staff.end_absence(office.captain, row.pk, TODAY)
    assert Absence.objects.get().until == TODAY - datetime.timedelta(days=1)


def test_a_county_does_not_write_down_who_is_away_above(office: Office, colleague: User) -> None:
    above = person(office.county.code[:4] + "00", "brigade", name="above")
    with pytest.raises(NotAllowed):
        staff.be_away(office.captain, above.pk, colleague.pk, WEEK, "")
    assert staff.be_away(office.captain, colleague.pk, above.pk, WEEK, "").deputy == above


# ------------------------------------------------------------------ who read what


def test_reading_a_case_its_originals_and_its_file_is_written_down(office: Office) -> None:
    photo = office.photo()
    client = as_(office.officer)
    for _ in range(2):
        client.get(reverse("case", args=[office.case.pk]))
    client.get(reverse("case_evidence", args=[office.case.pk, photo.pk]))
    client.get(reverse("case_file", args=[office.case.pk]))
    rows = ReadRecord.objects.filter(by=office.officer).order_by("pk")
    assert [row.what for row in rows] == ["page", "original", "case_file"]
    assert as_(office.stranger).get(reverse("case", args=[office.case.pk])).status_code == 404
    assert not ReadRecord.objects.filter(by=office.stranger).exists()


def test_the_captain_sees_who_read_changed_and_exported(office: Office) -> None:
    as_(office.officer).get(reverse("case_file", args=[office.case.pk]))
    office.assign()
    client, address = as_(office.captain), reverse("case_audit")
    reads = text_of(client.get(address))
    assert str(office.officer) in reads
    assert "案卷" in reads
    assert "分派" in text_of(client.get(f"{address}?kind=changes"))
    assert "case_file" in text_of(client.get(f"{address}?kind=exports"))
    assert "没有符合条件" in text_of(client.get(f"{address}?who=nobody"))
    assert "没有符合条件" in text_of(client.get(f"{address}?since=2999-01-01"))
    assert client.get(f"{address}?since=x").status_code == 400
    assert client.get(f"{address}?case=x").status_code == 400
    assert as_(office.officer).get(address).status_code == 403


@pytest.mark.parametrize("kind", ["reads", "changes", "exports"])
def test_the_auditor_of_another_county_sees_none_of_it(office: Office, kind: str) -> None:
    as_(office.officer).get(reverse("case_file", args=[office.case.pk]))
    told = text_of(as_(office.stranger).get(f"{reverse('case_audit')}?kind={kind}"))
    assert "共 0 条" in told
    assert not reading.readings(scope_of(office.stranger))


def test_hand_over_is_stale_like_every_step(office: Office) -> None:
    with pytest.raises(PatchUnknown):
        office.step(office.stranger, "hand_over", told={"officer": office.stranger.pk})
