"""Clues: by page and by machine, told what lies there, settled once; people's names masked."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from gisland.casework import clue_ground, clue_settle, clues, proof
from gisland.casework.errors import ClueRefused, ClueRepeated, StaleClue
from gisland.casework.models import Case, Clue, ClueFile, ReadRecord
from spatial.errors import InputRefused, NotAllowed, PatchUnknown
from spatial.models import Batch, Patch
from spatial.scope import scope_of
from tests import drawing
from tests.casework.clue_office import (
    PARTY,
    PHONE,
    SECRET,
    TODAY,
    as_,
    bounded_office,
    given,
    ground,
    reported,
    text_of,
)
from tests.casework.office import Office, jpeg
from tests.site_ground import box

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return bounded_office()


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
