"""The life of a patch: who may take which step, what it asks, what is refused in which words."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from gisland.casework import cases
from gisland.casework.errors import EdgeRefused, StaleCase
from gisland.casework.findings import findings_of
from gisland.casework.models import Absence, Case, CaseEvent, Responsibility
from gisland.casework.responsible import responsible
from spatial import facts
from spatial.errors import InputRefused, NotAllowed, PatchUnknown
from tests import ratio_ground as drawn
from tests.casework.office import ISSUED, NOW, Office, make_office
from tests.people import person

pytestmark = pytest.mark.django_db


def test_a_patch_goes_from_issue_to_close_out(office: Office) -> None:
    office.send_up()
    assert office.case.report_state == "reported"
    for edge in ("order_stop", "rectify"):
        office.step(office.officer, edge)
    office.rectify()
    office.step(office.officer, "ask_acceptance")
    office.paper("acceptance_record", "示验〔2024〕3号", area_m2=office.patch.area_m2)
    office.step(office.county_reviewer, "accept")
    office.step(office.city_reviewer, "close")
    assert cases.stands(office.case) == "已上报、已销号"
    assert [event.edge for event in office.case.ledger.all()] == [
        "issue", "assign", "submit", "pass_county", "pass_city", "pass_province",
        "order_stop", "rectify", "ask_acceptance", "accept", "close",
    ]  # fmt: skip


def test_each_level_reviews_only_its_own_desk(office: Office) -> None:
    office.assign()
    office.decide()
    office.prove()
    office.step(office.officer, "submit")
    with pytest.raises(NotAllowed, match="“县级审核通过”由县级办理"):
        office.step(office.city_reviewer, "pass_county")
    with pytest.raises(EdgeRefused, match="案件现为“待县级审核”，须先为“待市级审核”"):
        office.step(office.city_reviewer, "pass_city")
    with pytest.raises(NotAllowed, match="您的角色不能“审核”"):
        office.step(office.officer, "pass_county")


def test_a_return_has_a_coded_reason_and_begins_a_round(office: Office) -> None:
    office.assign()
    office.decide()
    office.prove()
    office.step(office.officer, "submit")
    with pytest.raises(InputRefused, match="县级退回须选理由：判定结论与事实不符、"):
        office.step(office.county_reviewer, "return_county")
    with pytest.raises(InputRefused, match="须写明"):
        office.step(office.county_reviewer, "return_county", reason_code="other")
    event = office.step(office.county_reviewer, "return_county", reason_code="photos_missing")
    assert (office.case.report_state, office.case.round, event.round) == ("returned", 2, 2)
    office.step(office.officer, "submit")
    assert office.case.report_state == "submitted"


def test_nothing_goes_up_that_nobody_decided_or_proved(office: Office) -> None:
    office.assign()
    with pytest.raises(EdgeRefused, match="图斑尚未判定，请先在核查台判定"):
        office.step(office.officer, "submit")
    office.decide()
    with pytest.raises(EdgeRefused) as refusal:
        office.step(office.officer, "submit")
    assert "现场照片不少于 2 张" in str(refusal.value)
    assert "责令停止违法行为通知书" in str(refusal.value)
    assert "（现有 0 张）" in str(refusal.value)


def test_a_decided_part_leaves_the_rest_undecided(office: Office) -> None:
    office.assign()
    part = drawn.box(office.county, 0, 0, 1, 1)
    facts.decide(office.patch, facts.Word(office.officer, NOW.date()), part=part)
    found = findings_of([office.patch.pk])[office.patch.pk]
    assert (found.illegal_m2, found.undecided_m2) == (
        pytest.approx(100, abs=1), pytest.approx(300, abs=1),
    )  # fmt: skip
    assert found.illegal_m2 + found.undecided_m2 == office.patch.area_m2
    with pytest.raises(EdgeRefused, match=r"尚有 \d+\.\d\d m² 未判定"):
        office.step(office.officer, "submit")


def test_lawful_ground_needs_no_handling_and_unclear_ground_is_not_cleared() -> None:
    office = make_office("clpp")
    office.decide()
    found = findings_of([office.patch.pk])[office.patch.pk]
    assert (found.word, found.unsettled_m2) == ("", pytest.approx(200, abs=1))
    for edge, why in (("order_stop", "没有判定为违法"), ("close_lawful", "尚有未判定、待核或违法")):
        by = office.officer if edge == "order_stop" else office.city_reviewer
        with pytest.raises(EdgeRefused, match=why):
            office.step(by, edge)
    office.decide("lawful")
    assert findings_of([office.patch.pk])[office.patch.pk].word == "lawful"
    with pytest.raises(EdgeRefused, match="尚未上报"):
        office.step(office.city_reviewer, "close_lawful")


def test_close_out_needs_all_illegal_ground_put_right(office: Office) -> None:
    office.send_up()
    office.step(office.officer, "order_stop")
    office.step(office.officer, "rectify")
    facts.rectify(
        office.patch, facts.Word(office.officer, NOW.date()), kind="reclaimed",
        area_m2=Decimal(100),
        part=drawn.box(office.county, 0, 0, 1, 1),
    )  # fmt: skip
    with pytest.raises(EdgeRefused, match=r"尚有 (299|300|301)\.\d\d m² 违法用地没有登记整改"):
        office.step(office.officer, "ask_acceptance")
    office.rectify()
    office.step(office.officer, "ask_acceptance")
    with pytest.raises(EdgeRefused, match="缺少整改验收意见"):
        office.step(office.county_reviewer, "accept")


def test_nobody_passes_judgement_on_their_own_work(office: Office) -> None:
    both = person(office.county.code, "brigade", "reviewer", "captain", name="both")
    office.step(office.captain, "assign", told={"officer": both.pk})
    office.decide()
    office.prove()
    office.step(both, "submit")
    with pytest.raises(EdgeRefused, match="须由经办人以外的人办理"):
        office.step(both, "pass_county")


def test_a_paper_must_be_on_file_before_its_step(office: Office) -> None:
    office.decide()
    with pytest.raises(EdgeRefused, match="缺少立案呈批表，请先上传"):
        office.step(office.officer, "file")
    paper = office.paper("filing_approval", "示立〔2024〕1号")
    event = office.step(office.officer, "file", evidence=(paper.pk,))
    assert event.told["evidence"][0]["sha256"] == paper.sha256
    assert office.case.handling_state == "filed"


def test_two_people_on_one_case(office: Office) -> None:
    seen = office.case.events
    office.assign()
    with pytest.raises(StaleCase, match="又有 1 条新记录（现为已分派、未查处）"):
        office.step(office.captain, "assign", seen=seen, told={"officer": office.officer.pk})
    assert office.case.events == 2


def test_a_case_of_another_county_does_not_exist(office: Office) -> None:
    with pytest.raises(PatchUnknown, match="没有这个案件，或不在您的行政区内"):
        office.step(office.stranger, "assign", told={"officer": office.stranger.pk})
    with pytest.raises(InputRefused, match="不能办理"):
        office.step(office.captain, "assign", told={"officer": office.stranger.pk})


def test_whoever_is_away_is_stood_in_for(office: Office) -> None:
    deputy = person(office.county.code, "brigade", name="deputy", unit="甲县大队")
    Absence.objects.create(person=office.officer, deputy=deputy, since=NOW.date(), until=NOW.date())
    event = office.assign()
    assert office.case.officer == deputy
    assert event.told["stands_in_for"] == str(office.officer)
    event = office.step(office.captain, "hand_over", told={"officer": office.captain.pk})
    assert (event.told["officer_before"], office.case.officer) == (str(deputy), office.captain)


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (datetime.date(2024, 5, 9), "晚于今天 2024-05-08"),
        (ISSUED - datetime.timedelta(days=1), "早于批次下发日期 2024-05-06"),
    ],
)
def test_the_day_of_a_step_lies_between_issue_and_today(office: Office, on, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        office.step(office.captain, "assign", told={"officer": office.officer.pk}, on=on)
    assert Case.objects.get().events == CaseEvent.objects.count() == 1


def test_the_steps_offered_are_those_that_can_be_taken(office: Office) -> None:
    def offered(by) -> dict[str, tuple[str, ...]]:
        office.case.refresh_from_db()
        return {one.edge.code: one.lacks for one in cases.open_steps(by, office.case)}

    assert offered(office.captain)["assign"] == ()
    assert "pass_county" not in offered(office.county_reviewer)
    office.assign()
    assert "图斑尚未判定" in offered(office.officer)["submit"][0]
    assert set(offered(office.leader)) == {"list", "urge"}
    assert "resume" not in offered(office.officer)
    for code, lacks in offered(office.officer).items():
        if lacks:
            with pytest.raises(EdgeRefused):
                office.step(office.officer, code)


def test_opening_twice_opens_once(office: Office) -> None:
    assert cases.open_cases([office.patch.pk], None, NOW) == []
    assert Case.objects.count() == 1


def test_the_ground_has_somebody_who_answers_for_it(office: Office) -> None:
    unit = office.officer.unit
    day = datetime.date(2024, 5, 8)

    def answers(**told: object) -> None:
        told = {"region": office.county, "unit": unit, "since": day, **told}
        Responsibility.objects.create(**told)

    assert responsible(office.case, day) is None
    answers()
    assert responsible(office.case, day).officer is None
    answers(officer=office.captain, until=day)
    answers(officer=office.officer, since=day - datetime.timedelta(days=9))
    assert responsible(office.case, day).officer in (office.captain, office.officer)
    assert responsible(office.case, day + datetime.timedelta(days=1)).officer == office.officer
    assert responsible(office.case, day - datetime.timedelta(days=10)) is None
