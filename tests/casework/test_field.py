"""The field page's answers: what lies near, a visit that counts once, nobody else's phone."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisland.casework import cases, field_words
from gisland.casework.errors import ProcessInvalid
from gisland.casework.models import Case, Evidence, FieldReceipt
from gisland.field_who import COOKIE, mark_of
from spatial.models import FieldResult
from spatial.rules.load import read_named
from tests import ratio_ground as drawn
from tests.casework.office import NOW, Office, jpeg

if TYPE_CHECKING:
    from spatial.models import User

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def near(by: User, **query: Any) -> dict[str, Any]:
    told: dict[str, Any] = as_(by).get(reverse("field_cases"), query).json()
    return told


def visit(**told: Any) -> dict[str, Any]:
    body = {"receipt": str(uuid.uuid4()), "result": "已建成", "purpose": "仓储",
            "land_class": "0601", "note": "东侧已封顶", "on": "2024-05-08"}  # fmt: skip
    return {**body, **told}


def send(office: Office, by: User, body: Any, **headers: str) -> Any:
    return as_(by).post(
        reverse("field_result", args=[office.case.pk]), json.dumps(body),
        content_type="application/json", headers={"accept": "application/json", **headers},
    )  # fmt: skip


# ------------------------------------------------------------------ what lies near


def test_the_nearest_case_comes_first_with_its_distance(office: Office) -> None:
    other = drawn.draw_patch(".PP", office.county, batch="B2")
    (further,) = cases.open_cases([other.pk], None, NOW)
    west, south, _, _ = office.patch.geom.extent
    told = near(office.officer, lon=west - 0.001, lat=south)
    assert [row["id"] for row in told["cases"]] == [office.case.pk, further.pk]
    first, second = (row["away_m"] for row in told["cases"])
    assert 80 < first < second < 120, "0.001° of longitude is about 93 m here"
    inside = office.middle()
    assert near(office.officer, lon=inside[0], lat=inside[1])["cases"][0]["away_m"] == 0


def test_without_a_position_counties_and_own_cases_are_asked_for(office: Office) -> None:
    assert [row["jcbh"] for row in near(office.officer)["cases"]] == [office.patch.jcbh]
    assert near(office.officer, mine="1")["cases"] == []
    office.assign()
    (row,) = near(office.officer, mine="1", region=office.county.code, lon="118", lat="33")["cases"]
    assert (row["mine"], row["report"], row["may_report"]) == (True, "已分派", True)
    assert near(office.officer, region="990177")["cases"] == []
    assert near(office.officer, region="990101999")["cases"] == []


def test_nothing_of_another_county_and_no_closed_case_is_told(office: Office) -> None:
    assert near(office.stranger)["cases"] == []
    assert near(office.stranger, lon=office.middle()[0], lat=office.middle()[1])["cases"] == []
    address = reverse("field_picture", args=[office.case.pk, "after"])
    assert as_(office.stranger).get(address).status_code == 404
    Case.objects.update(report_state="reported", handling_state="closed")
    assert near(office.officer, lon="118", lat="33")["cases"] == near(office.officer)["cases"] == []


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("lon=x&lat=1", "定位的坐标有误"), ("lon=1", "定位的坐标有误"),
        ("lon=999&lat=1", "不是经纬度"), ("lon=nan&lat=1", "不是经纬度"),
        ("region=99", "行政区代码 99 有误"), ("region=99010a", "行政区代码 99010a 有误"),
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_refused_in_words(office: Office, query: str, why: str) -> None:
    response = as_(office.officer).get(
        f"{reverse('field_cases')}?{query}", headers={"accept": "application/json"}
    )
    assert response.status_code == 400
    assert why in response.json()["detail"]


# ------------------------------------------------------------------ what was found


def test_a_visit_is_written_once_however_often_it_is_sent(office: Office) -> None:
    office.assign()
    body = visit(report=True)
    answers = [send(office, office.officer, body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    first, *again = (answer.json() for answer in answers)
    assert first["step"] == "报外业核查结果"
    assert {one["id"] for one in again} == {first["id"]}
    fact = FieldResult.objects.get()
    assert (fact.result, fact.purpose, fact.land_class, fact.by) == (
        "已建成", "仓储", "0601", office.officer,
    )  # fmt: skip
    assert [event.edge for event in office.case.ledger.order_by("number")][-1] == "survey"
    assert Case.objects.get().events == 3


def test_a_later_visit_takes_the_place_of_the_earlier(office: Office) -> None:
    send(office, office.officer, visit())
    send(office, office.officer, visit(result="已拆除"))
    first, second = FieldResult.objects.order_by("pk")
    assert second.supersedes == first
    assert near(office.officer)["cases"][0]["found"]["result"] == "已拆除"


def test_a_case_that_moved_on_meanwhile_keeps_the_finding_and_says_so(office: Office) -> None:
    """The stale form of the field: it was filled in offline, and the case was sent up since."""
    office.assign()
    office.decide()
    office.prove()
    office.step(office.officer, "submit")
    told = send(office, office.officer, visit(report=True)).json()
    assert "核查结果已登记，但案件没有改变" in told["step_fault"]
    assert "待县级审核" in told["step_fault"]
    assert FieldResult.objects.count() == 1
    assert Case.objects.get().report_state == "submitted"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"result": " "}, "请填写外业核查结果"), ({"result": "长" * 41}, "最长 40 字"),
        ({"land_class": "9999"}, "没有地类 9999"), ({"on": "2999-01-01"}, "晚于今天"),
        ({"on": "2024-01-01"}, "早于批次下发日期"), ({"on": "昨天"}, "应写作 2026-03-31"),
        ({"note": "长" * 1001}, "说明最长 1000 字"), ({"receipt": "7"}, "回执号有误"),
        ({"result": ["已建成"]}, "发送的内容有误"), ({"result": "a\x00b"}, "不合规范"),
    ],
)  # fmt: skip
def test_what_cannot_be_registered_is_refused_and_nothing_is_written(
    office: Office, told: dict, why: str
) -> None:
    response = send(office, office.officer, visit(**told))
    assert response.status_code == 400
    assert why in response.json()["detail"]
    assert not FieldResult.objects.exists()
    assert not FieldReceipt.objects.exists()


def test_only_whoever_handles_cases_there_registers(office: Office) -> None:
    assert send(office, office.stranger, visit()).status_code == 404
    assert send(office, office.county_reviewer, visit()).status_code == 403
    body = visit()
    send(office, office.officer, body)
    stolen = send(office, office.captain, body)
    assert (stolen.status_code, FieldResult.objects.count()) == (400, 1)
    assert "已用于另一次核查" in stolen.json()["detail"]


# ------------------------------------------------------------------ whose phone it is


def test_what_one_user_left_on_a_phone_is_not_sent_as_another(office: Office) -> None:
    mark = mark_of(office.officer)
    refused = send(office, office.captain, visit(), **{"x-gisland-field": mark})
    assert refused.status_code == 401
    assert "另一位用户" in refused.json()["detail"]
    photo = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    refused = as_(office.captain).post(
        reverse("case_attach", args=[office.case.pk]), {"file": photo},
        headers={"accept": "application/json", "x-gisland-field": mark},
    )  # fmt: skip
    assert refused.status_code == 401
    assert not FieldResult.objects.exists()
    assert not Evidence.objects.exists()
    assert send(office, office.officer, visit(), **{"x-gisland-field": mark}).status_code == 201


def test_the_mark_goes_with_its_user(office: Office) -> None:
    client = as_(office.officer)
    client.get(reverse("field"))
    assert client.cookies[COOKIE].value == mark_of(office.officer)
    client.get(reverse("cases"))
    assert client.cookies[COOKIE].value, "it stays while the user does"
    client.post(reverse("logout"))
    assert client.cookies[COOKIE].value == ""
    client.cookies[COOKIE] = mark_of(office.officer)
    client.force_login(office.captain)
    client.get(reverse("cases"))
    assert client.cookies[COOKIE].value == "", "another's is taken away"


def test_the_page_that_a_phone_keeps_names_nobody(office: Office) -> None:
    response = as_(office.officer).get(reverse("field"))
    text = response.content.decode()
    for told in (str(office.officer), office.officer.username, office.patch.jcbh, "csrfmiddleware"):
        assert told not in text
    assert Client().get(reverse("field")).status_code == 302
    worker = Client().get(reverse("field_worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"


# ------------------------------------------------------------------ the words


def test_words_that_rules_go_by_are_written_as_rules_have_them() -> None:
    sets = read_named("land-enforcement").sets
    offered = set(field_words.words().results)
    for name in ("unchanged", "demolished", "restructured", "consolidated", "military"):
        assert offered & set(sets[name].codes), name
    assert any(word.startswith("部分拆除") for word in offered)


@pytest.mark.parametrize("text", ["keep_hours = 0\nresults = ['a']\npurposes = []", "results = []"])
def test_words_that_are_not_sound_are_refused(text: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(field_words, "FIELD_FILE", tmp_path / "field.toml")
    field_words.FIELD_FILE.write_text(text)
    field_words.words.cache_clear()
    with pytest.raises(ProcessInvalid, match=r"field\.toml 有误"):
        field_words.words()
    monkeypatch.undo()
    field_words.words.cache_clear()


def test_today_is_a_day_that_may_be_told(office: Office) -> None:
    today = timezone.localdate().isoformat()
    assert send(office, office.officer, visit(on=today)).status_code == 201
