"""Clues: by page and by machine, told what lies there, settled once; people's names masked."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisland.casework import clue_ground, clue_settle, clues, proof
from gisland.casework.errors import ClueRefused, ClueRepeated, StaleClue
from gisland.casework.models import Case, Clue, ClueFile, ReadRecord
from gisland.pages.clue_api import ClueThrottle
from spatial.api_tokens import make_token
from spatial.errors import InputRefused, NotAllowed, PatchUnknown
from spatial.models import Batch, Patch
from spatial.scope import scope_of
from tests import drawing
from tests.casework.office import Office, jpeg, make_office
from tests.site_ground import bounded, box

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SECRET, PHONE, PARTY = "王小明", "13812345678", "李四砖厂"


@pytest.fixture
def office(settings: Any) -> Office:
    """An office whose county has a boundary."""
    made = make_office()
    bounded(made.county, -500, -500, 500, 500)
    cache.clear()
    return made


def ground(office: Office, radius_m: float = 10) -> clue_ground.Ground:
    return clue_ground.circle(*office.middle(), radius_m)


def given(office: Office, **told: Any) -> clues.Given:
    told = {"source": "举报", "found_on": TODAY, "text": f"村口挖土，联系{PHONE}",
            "ground": ground(office), "reporter_name": SECRET, "reporter_phone": PHONE,
            "party_said": PARTY, **told}  # fmt: skip
    return clues.Given(**told)


def reported(office: Office, **told: Any) -> Clue:
    return clues.receive(office.officer, given(office, **told), timezone.now())[0]


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


# ------------------------------------------------------------------ the ground


def test_a_point_with_a_radius_is_stated_as_such(office: Office) -> None:
    clue = reported(office)
    assert (clue.outline, clue.radius_m, clue.region) == ("circle", 10, office.county)
    assert 305 < clue.area_m2 < 315, "π r²"
    told = text_of(as_(office.officer).get(reverse("clue", args=[clue.pk])))
    assert "示意范围" in told
    assert "半径 10 米" in told


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m"), [(200, 30, 50), (118, 95, 50), (118, 30, 1), (118, 30, 9000)]
)
def test_no_circle_of_nonsense(lon: float, lat: float, radius_m: float) -> None:
    with pytest.raises(InputRefused):
        clue_ground.circle(lon, lat, radius_m)


def test_what_lies_there_is_told(office: Office) -> None:
    first = reported(office)
    second = reported(office, ground=ground(office, 20))
    told = {(one.what, one.name) for one in clue_ground.near(second, scope_of(office.officer))}
    assert told == {("patch", office.patch.address), ("clue", first.number)}
    assert clue_ground.near(second, scope_of(office.stranger)) == []


# ------------------------------------------------------------------ settling


def test_an_accepted_clue_is_a_judged_patch_of_its_own_source_and_a_case(office: Office) -> None:
    before = TODAY - datetime.timedelta(days=90)
    clue = reported(office, clear_on=before)
    case = clue_settle.accept(clue_settle.Word(office.officer, timezone.now(), "属实"), clue.pk)
    assert (case.patch.before_on, case.patch.after_on) == (before, TODAY)
    clue.refresh_from_db()
    assert (clue.state, clue.case, clue.patch) == ("accepted", case, case.patch)
    assert case.patch.batch.source == "举报"
    assert case.patch.jcbh == clue.number
    assert case.patch.assessments.get(is_current=True).label_code
    told = json.dumps(list(case.ledger.values("note", "told")), ensure_ascii=False)
    told += json.dumps([case.patch.delivered, case.patch.attributes], ensure_ascii=False)
    assert clue.number in told
    for secret in (SECRET, PHONE, PARTY):
        assert secret not in told, "the record and the patch never say who reported"
    again = clue_settle.accept(
        clue_settle.Word(office.officer, timezone.now()), reported(office).pk
    )
    assert again.patch.batch == case.patch.batch, "one batch a month"


def test_a_clue_is_settled_once(office: Office) -> None:
    clue = reported(office)
    word = clue_settle.Word(office.officer, timezone.now())
    clue_settle.refuse(word, clue.pk, "unclear")
    for again in (
        lambda: clue_settle.refuse(word, clue.pk, "unclear"),
        lambda: clue_settle.accept(word, clue.pk),
        lambda: clue_settle.merge(word, clue.pk, office.case.pk),
    ):
        with pytest.raises(StaleClue, match="已由"):
            again()
    assert Case.objects.count() == 1
    assert Patch.objects.count() == 1


def test_a_clue_joins_a_case_with_its_files(office: Office) -> None:
    photo = ("a.jpg", SimpleUploadedFile("a.jpg", jpeg()))
    clue, _ = clues.receive(office.officer, given(office), timezone.now(), [photo])
    case = clue_settle.merge(clue_settle.Word(office.captain, timezone.now()), clue.pk,
                             office.case.pk)  # fmt: skip
    event = case.ledger.last()
    assert (event.edge, event.told["clue"]) == ("remark", clue.number)
    assert case.evidence.get().sha256 == clue.files.get().sha256
    assert proof.check_ledger([case]) == []


def test_an_outline_takes_the_place_of_a_circle_only_where_it_was_reported(office: Office) -> None:
    clue, word = reported(office), clue_settle.Word(office.officer, timezone.now())
    far = clue_ground.drawn(json.loads(bounded_box(100, 100, 120, 120)))
    with pytest.raises(InputRefused, match="不相交"):
        clue_settle.accept(word, clue.pk, far)
    clue.refresh_from_db()
    assert (clue.state, clue.outline) == ("waiting", "circle")
    own = clue_ground.drawn(json.loads(office.patch.geom.geojson))
    case = clue_settle.accept(word, clue.pk, own)
    assert case.patch.area_m2 == office.patch.area_m2
    clue.refresh_from_db()
    assert (clue.outline, clue.radius_m) == ("drawn", None)


def bounded_box(*bounds: float) -> str:
    return str(drawing.geographic(box(*bounds)).geojson)


@pytest.mark.parametrize(
    ("code", "note", "why"), [("", "", "须选理由"), ("x", "", "须选理由"), ("other", " ", "须写明")]
)
def test_no_refusal_without_a_reason(office: Office, code: str, note: str, why: str) -> None:
    with pytest.raises(ClueRefused, match=why):
        clue_settle.refuse(
            clue_settle.Word(office.officer, timezone.now(), note), reported(office).pk, code
        )


# ------------------------------------------------------------------ other counties, other roles


def test_a_clue_of_another_county_is_not_there(office: Office) -> None:
    clue = reported(office)
    stranger = as_(office.stranger)
    for name in ("clue", "clue_person", "clue_settle"):
        address = reverse(name, args=[clue.pk])
        ask = stranger.get if name == "clue" else stranger.post
        assert ask(address).status_code == 404, name
    assert clue.number not in text_of(stranger.get(reverse("clues")))
    with pytest.raises(PatchUnknown):
        clue_settle.accept(clue_settle.Word(office.stranger, timezone.now()), clue.pk)
    clue.refresh_from_db()
    assert clue.state == "waiting"


def test_ground_or_county_of_others_is_refused(office: Office) -> None:
    with pytest.raises(NotAllowed, match="之外"):
        clues.receive(office.stranger, given(office), timezone.now())
    with pytest.raises(NotAllowed, match="不在您的范围内"):
        reported(office, region_code=office.county.code[:4] + "98")
    with pytest.raises(InputRefused, match="不在任何已登记的县"):
        reported(office, ground=clue_ground.circle(100, 10, 20))
    assert not Clue.objects.exists()


def test_a_reviewer_reads_but_does_not_settle_nor_see_names(office: Office) -> None:
    clue, client = reported(office), as_(office.county_reviewer)
    told = text_of(client.get(reverse("clue", args=[clue.pk])))
    assert "不予受理" not in told
    assert client.post(reverse("clue_person", args=[clue.pk])).status_code == 403
    response = client.post(reverse("clue_settle", args=[clue.pk]), {"what": "refuse"})
    assert response.status_code == 403


# ------------------------------------------------------------------ personal data


def test_names_are_masked_until_asked_and_then_it_is_written_down(office: Office) -> None:
    clue, client = reported(office), as_(office.officer)
    page = client.get(reverse("clue", args=[clue.pk]))
    listed = client.get(reverse("clues"))
    for response in (page, listed):
        for secret in (SECRET, PHONE, PARTY):
            assert secret not in text_of(response)
    assert "王＊＊" in text_of(page)
    assert "138＊＊＊＊5678" in text_of(page)
    assert page["Cache-Control"] == "no-store, private"
    assert not ReadRecord.objects.filter(what="personal").exists()
    full = client.post(reverse("clue_person", args=[clue.pk]))
    assert SECRET in text_of(full)
    assert PHONE in text_of(full)
    assert full["Cache-Control"] == "no-store, private"
    row = ReadRecord.objects.get(what="personal")
    assert (row.by, row.clue) == (office.officer, clue)


def test_no_other_channel_gives_names_out(office: Office, caplog: Any) -> None:
    clue = reported(office)
    case = clue_settle.accept(clue_settle.Word(office.officer, timezone.now()), clue.pk)
    client = as_(office.officer)
    client.post(reverse("clue_person", args=[clue.pk]))
    addresses = [
        reverse("case", args=[case.pk]), reverse("patch", args=[case.patch_id]),
        reverse("case_file", args=[case.pk]), f"/api/patches/{case.patch_id}/",
        reverse("patches"), reverse("home"),
    ]  # fmt: skip
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        for secret in (SECRET, PHONE, PARTY):
            assert secret.encode() not in response.content, address
    assert SECRET not in caplog.text
    assert PHONE not in caplog.text


# ------------------------------------------------------------------ the form


def form(office: Office, **told: Any) -> dict[str, Any]:
    lon, lat = office.middle()
    return {"source": "巡查", "found_on": TODAY.isoformat(), "text": "新挖鱼塘", "way": "circle",
            "lon": lon, "lat": lat, "radius_m": "15", **told}  # fmt: skip


def test_a_clue_is_entered_by_form(office: Office) -> None:
    photo = SimpleUploadedFile("现场.jpg", jpeg(), "image/jpeg")
    response = as_(office.officer).post(reverse("clue_new"), form(office, files=[photo]))
    clue = Clue.objects.get()
    assert response.url == reverse("clue", args=[clue.pk])
    assert clue.files.get().file_name == "现场.jpg"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"source": "部"}, "没有线索来源"),
        ({"found_on": ""}, "请填写发现日期"),
        ({"found_on": "2099-01-01"}, "晚于今天"),
        ({"clear_on": TODAY.isoformat()}, "应早于发现日期"),
        ({"clear_on": "去年"}, "应写作"),
        ({"text": " "}, "请写明反映的内容"),
        ({"lon": "东"}, "不是数"),
        ({"lon": "nan"}, "超出范围"),
        ({"way": "pasted", "pasted": "几个字"}, "没有坐标"),
        ({"way": "drawn"}, "还没有位置"),
        ({"way": "drawn", "drawn": "{"}, "还没有位置"),
        ({"way": "drawn", "drawn": '{"type":"Point"}'}, "线索范围应是 GeoJSON"),
        ({"place_said": "长" * 201}, "最长 200 字"),
        ({"files": [SimpleUploadedFile("a.exe", b"MZ" + b"0" * 90)]}, "可执行文件"),
    ],
)
def test_bad_input_comes_back_with_what_was_typed(office: Office, told: Any, why: str) -> None:
    if "files" in told:
        told["files"][0].seek(0)
    response = as_(office.officer).post(reverse("clue_new"), form(office, **told))
    assert response.status_code == 400
    assert why in text_of(response)
    assert "新挖鱼塘" in text_of(response) or "text" in told
    assert not Clue.objects.exists()
    assert not ClueFile.objects.exists()


# ------------------------------------------------------------------ machines


def machine(office: Office, only: str = "clue") -> Client:
    _, key = make_token(office.officer, "巡查系统", only)
    return Client(headers={"authorization": f"Token {key}"})


def body(office: Office, **told: Any) -> dict[str, Any]:
    lon, lat = office.middle()
    return {"number": "A-1", "source": "视频", "found_on": TODAY.isoformat(), "text": "翻斗车卸土",
            "lon": lon, "lat": lat, "radius_m": 30, "reporter_name": SECRET, **told}  # fmt: skip


def send(client: Client, told: dict[str, Any]) -> Any:
    return client.post("/api/clues/", json.dumps(told), content_type="application/json")


def test_a_machine_reports_once_and_asks_what_became(office: Office) -> None:
    client = machine(office)
    first = send(client, body(office))
    assert first.status_code == 201, first.content
    told = first.json()
    assert told["near"][0]["name"] == office.patch.address
    again = send(client, body(office))
    assert (again.status_code, again.json()["id"]) == (200, told["id"])
    other = send(client, body(office, text="别的事"))
    assert other.status_code == 409
    assert other["Content-Type"] == "application/problem+json"
    assert Clue.objects.count() == 1
    clue_settle.refuse(clue_settle.Word(office.officer, timezone.now()), told["id"], "repeated")
    asked = client.get(f"/api/clues/{told['id']}/").json()
    assert (asked["state"], asked["state_term"]) == ("refused", "不予受理")
    assert client.get("/api/clues/?number=A-1").json()["results"] == [asked]
    assert SECRET not in first.content.decode() + json.dumps(asked, ensure_ascii=False)
    assert first["Cache-Control"] == "no-store, private"


def test_a_machine_sends_files_in_a_form(office: Office) -> None:
    photo = SimpleUploadedFile("cam.jpg", jpeg(), "image/jpeg")
    told = {**body(office), "files": [photo]}
    response = machine(office).post("/api/clues/", told)
    assert response.status_code == 201, response.content
    assert response.json()["files"] == [ClueFile.objects.get().sha256]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"region": "990198"}, 403),
        ({"lon": 100.0, "lat": 10.0}, 400),
        ({"source": "部"}, 400),
        ({"ground": {"type": "Polygon"}}, 400),
        ({"radius_m": None}, 400),
        ({"found_on": "2099-01-01"}, 400),
        ({"who": "x"}, 400),
    ],
)
def test_a_machine_is_refused_with_a_problem(office: Office, told: Any, status: int) -> None:
    if "region" in told:
        told = {"region": office.county.code[:4] + "98"}
    response = send(machine(office), {**body(office), **told})
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert not Clue.objects.exists()


def test_a_token_for_clues_opens_nothing_else(office: Office) -> None:
    client = machine(office)
    for address in ("/api/patches/", "/api/batches/", "/api/ratios/"):
        refused = client.get(address)
        assert refused.status_code == 403, address
        assert "只能用于" in refused.json()["detail"]
    assert machine(office, only="").get("/api/patches/").status_code == 200
    assert send(Client(), body(office)).status_code == 401


def test_what_others_reported_is_not_told(office: Office) -> None:
    number = send(machine(office), body(office)).json()["id"]
    _, key = make_token(office.captain, "另一系统", "clue")
    other = Client(headers={"authorization": f"Token {key}"})
    assert other.get(f"/api/clues/{number}/").status_code == 404
    assert other.get("/api/clues/").json()["results"] == []
    _, key = make_token(office.leader, "领导", "")
    assert Client(headers={"authorization": f"Token {key}"}).get("/api/clues/").status_code == 403


def test_a_machine_gone_wrong_is_slowed(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(ClueThrottle, "rate", "1/min")
    client = machine(office)
    assert send(client, body(office)).status_code == 201
    assert send(client, body(office)).status_code == 429


def test_the_same_number_of_two_senders_is_two_clues(office: Office) -> None:
    first = reported(office, sender_number="7")
    second = clues.receive(office.captain, given(office, sender_number="7"), timezone.now())[0]
    assert first != second
    with pytest.raises(ClueRepeated):
        reported(office, sender_number="7", text="别的")


def test_batches_of_clues_count_in_no_period(office: Office) -> None:
    clue_settle.accept(clue_settle.Word(office.officer, timezone.now()), reported(office).pk)
    assert Batch.objects.get(source="举报").period == ""


def test_a_day_in_the_past_is_taken(office: Office) -> None:
    assert reported(office, found_on=TODAY - datetime.timedelta(days=400)).pk
