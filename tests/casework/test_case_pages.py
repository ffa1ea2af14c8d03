"""The pages of cases: who sees which, a step by form, a stale form, bad input, files in and out."""

from __future__ import annotations

import io
import json
import subprocess
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gisland.casework import offline_check
from gisland.casework.models import Case, Evidence
from gisland.pages import case_sheet
from imports.models import ExportLog
from tests import ratio_ground as drawn
from tests.casework.office import NOW, Office, jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.models import User

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def post(office: Office, by: User, edge: str, **told: Any) -> Any:
    office.case.refresh_from_db()
    told = {"edge": edge, "seen": office.case.events, **told}
    return as_(by).post(reverse("case", args=[office.case.pk]), told)


@pytest.mark.parametrize("name", ["case", "case_file"])
def test_a_case_of_another_county_is_not_there(office: Office, name: str) -> None:
    address = reverse(name, args=[office.case.pk])
    assert as_(office.stranger).get(address).status_code == 404
    assert as_(office.officer).get(address).status_code == 200
    assert Client().get(address).status_code == 302, "asked to log in"


def test_a_forged_case_in_a_request_is_not_there(office: Office) -> None:
    office.captain, stranger = office.stranger, office.stranger
    assert post(office, stranger, "assign", officer=stranger.pk).status_code == 404
    photo = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    address = reverse("case_attach", args=[office.case.pk])
    assert as_(stranger).post(address, {"file": photo}).status_code == 404
    assert not Evidence.objects.exists()
    assert Case.objects.get().events == 1


def test_the_list_shows_the_own_county_and_what_presses(office: Office) -> None:
    told = text_of(as_(office.officer).get(reverse("cases")))
    assert "共 1 件" in told
    assert "逾期" in told
    assert office.patch.jcbh in told
    assert "共 0 件" in text_of(as_(office.stranger).get(reverse("cases")))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("report=issued", 1), ("report=submitted", 0), ("handling=unhandled", 1),
        ("when=overdue", 1), ("when=burning", 0), ("when=overdue&clock=file", 0),
        ("mine=1", 0), ("listed=1", 0), ("q=nothing", 0), ("batch=2024Q1", 1), ("county=000000", 0),
    ],
)  # fmt: skip
def test_the_list_filters_by_its_address(office: Office, query: str, count: int) -> None:
    told = text_of(as_(office.officer).get(f"{reverse('cases')}?{query}"))
    assert f"共 {count} 件" in told


@pytest.mark.parametrize(
    "query",
    ["report=x", "when=soon", "clock=x", "after=x", "after=2024-01-01.x", "after=9999-99-99.1"],
)
def test_an_address_that_makes_no_sense_is_refused_in_words(office: Office, query: str) -> None:
    response = as_(office.officer).get(f"{reverse('cases')}?{query}")
    assert response.status_code == 400
    assert "没有" in text_of(response) or "翻页的位置有误" in text_of(response)


def test_pages_follow_by_key_and_lose_nothing(office: Office, monkeypatch) -> None:
    from gisland.casework import cases, queue

    monkeypatch.setattr(queue, "PAGE", 2)
    patches = [drawn.draw_patch("PPPP", office.county, batch=f"B{n}") for n in range(4)]
    cases.open_cases([patch.pk for patch in patches], None, NOW)
    client, seen, address = as_(office.officer), [], reverse("cases")
    for _ in range(5):
        response = client.get(address)
        seen += [row["case"].pk for row in response.context["rows"]]
        if not response.context["next_key"]:
            break
        address = f"{reverse('cases')}?after={response.context['next_key']}"
    assert sorted(seen) == sorted(Case.objects.values_list("pk", flat=True))
    assert len(seen) == len(set(seen)) == 5


def test_a_step_is_taken_by_form_and_told(office: Office) -> None:
    response = post(office, office.captain, "assign", officer=office.officer.pk)
    assert response.status_code == 302
    told = text_of(as_(office.officer).get(response.url))
    assert "已分派" in told
    assert f"承办人 {office.officer}" in told


def test_a_stale_form_is_answered_in_words_and_keeps_what_was_typed(office: Office) -> None:
    office.assign()
    response = post(
        office, office.officer, "remark", seen=1, note="东侧已停工"
    )  # fmt: skip
    assert response.status_code == 409
    assert "又有 1 条新记录" in text_of(response)
    assert "东侧已停工" in text_of(response)
    assert Case.objects.get().events == 2


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"edge": "fly"}, "没有步骤 fly"),
        ({"edge": "issue"}, "没有步骤 issue"),
        ({"edge": "assign"}, "请选择承办人"),
        ({"edge": "assign", "officer": "x"}, "承办人的编号有误"),
        ({"edge": "assign", "officer": "1" * 30}, "承办人的编号有误"),
        ({"edge": "remark", "note": " "}, "批注不能为空"),
        ({"edge": "remark", "note": "长" * 4001}, "最长 4000 字"),
        ({"edge": "remark", "note": "好", "on": "昨天"}, "应写作 2026-03-31"),
        ({"edge": "remark", "note": "好", "seen": "x"}, "页面的编号有误"),
        ({"edge": "remark", "note": "好", "evidence": "77"}, "材料 77 不在本案中"),
        ({"edge": "remark", "note": "好", "reason": "other"}, "没有理由代码可选"),
    ],
)
def test_bad_input_is_answered_on_the_page(office: Office, told: dict, why: str) -> None:
    by = office.captain
    response = as_(by).post(reverse("case", args=[office.case.pk]), {"seen": 1, **told})
    assert response.status_code == 400
    assert why in text_of(response)
    assert Case.objects.get().events == 1


def test_a_photo_comes_in_with_a_receipt_and_goes_out_to_the_byte(office: Office) -> None:
    content, receipt = jpeg(place=office.middle(), taken="2024:05:07 09:30:00"), str(uuid.uuid4())
    address = reverse("case_attach", args=[office.case.pk])
    client = as_(office.officer)
    answers = []
    for _ in range(2):  # the second time the answer to the first was lost
        file = SimpleUploadedFile("现场.jpg", content, "image/jpeg")
        response = client.post(
            address, {"file": file, "receipt": receipt}, headers={"accept": "application/json"}
        )
        answers.append((response.status_code, response.json()))
    assert [status for status, _ in answers] == [201, 200]
    assert answers[0][1]["sha256"] == answers[1][1]["sha256"]
    assert (answers[0][1]["receipt"], answers[0][1]["place"]) == (receipt, True)
    one = Evidence.objects.get()
    out = client.get(reverse("case_evidence", args=[office.case.pk, one.pk]))
    assert b"".join(out.streaming_content) == content
    assert "sandbox" in out["Content-Security-Policy"]
    assert as_(office.stranger).get(out.wsgi_request.path).status_code == 404


def test_an_executable_called_pdf_is_refused_on_the_page(office: Office) -> None:
    client = as_(office.officer)
    file = SimpleUploadedFile("批文.pdf", b"MZ\x90\x00program", "application/pdf")
    response = client.post(
        reverse("case_attach", args=[office.case.pk]), {"file": file}, follow=True
    )
    assert "批文.pdf 是可执行文件" in text_of(response)
    nothing = client.post(reverse("case_attach", args=[office.case.pk]), {}, follow=True)
    assert "没有收到文件" in text_of(nothing)
    assert not Evidence.objects.exists()


def test_the_case_file_is_recorded_before_it_is_given_out(office: Office, tmp_path) -> None:
    office.send_up()
    response = as_(office.officer).get(reverse("case_file", args=[office.case.pk]))
    (tmp_path / "a.zip").write_bytes(response.content)
    assert offline_check.faults_in(tmp_path / "a.zip") == []
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert json.loads(archive.read("case.json"))["address"] == office.patch.address
        printed = words_of(archive.read(case_sheet.NAME), tmp_path)
    for told in (office.patch.jcbh, "责令停止违法行为通知书", "确认初判", "省级审核通过并上报"):
        assert told in printed, told
    for one in Evidence.objects.all():
        assert one.sha256[:32] in printed
        assert one.sha256[32:] in printed
    assert office.case.ledger.latest("number").hash in printed
    logged = ExportLog.objects.get()
    assert (logged.what, logged.by) == ("case_file", office.officer)
    assert logged.asked["seal"] == response.content[-64:].decode()


def words_of(pdf: bytes, folder: Path) -> str:
    """What stands on the paper, without the gaps."""
    (folder / "a.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-layout", folder / "a.pdf", "-"], capture_output=True, check=True
    )
    return "".join(told.stdout.decode().split())


def test_whoever_only_looks_gets_no_case_file_and_no_form(office: Office) -> None:
    client = as_(office.leader)
    told = text_of(client.get(reverse("case", args=[office.case.pk])))
    assert "上传材料" not in told
    assert "挂牌督办" in told
    assert client.get(reverse("case_file", args=[office.case.pk])).status_code == 403


def test_cases_are_opened_from_the_page_by_whoever_assigns(office: Office) -> None:
    batch = drawn.draw_patch("PPPP", office.county, batch="B2").batch
    batch.source = "部"
    batch.save()
    told = text_of(as_(office.captain).get(reverse("cases")))
    assert "有 1 个已下发的图斑还没有建案" in told
    assert as_(office.officer).post(reverse("cases_open")).status_code == 403
    as_(office.captain).post(reverse("cases_open"))
    assert Case.objects.count() == 2
