"""The files of a clue: what comes in can be taken over, only what was ticked becomes evidence, and
a document that may name who reported it is not for everybody."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from gisland.casework import clue_settle, clues, evidence
from gisland.casework.errors import ClueRefused, EvidenceRefused
from gisland.casework.models import Clue
from gisland.casework.personal import masked_text
from tests.casework.clue_office import as_, bounded_office, given, text_of
from tests.casework.office import Office, jpeg

if TYPE_CHECKING:
    from pathlib import Path

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return bounded_office()


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path


def sent(office: Office, *files: tuple[str, bytes]) -> Clue:
    told = [(name, io.BytesIO(content)) for name, content in files]
    return clues.receive(office.officer, given(office), timezone.now(), told)[0]


def word(office: Office) -> clue_settle.Word:
    return clue_settle.Word(office.officer, timezone.now())


# ------------------------------------------------------------------ what comes in can be taken over


@pytest.mark.parametrize("cut", [40, -30])
def test_a_photo_that_cannot_be_opened_is_refused_when_it_comes(office: Office, cut: int) -> None:
    broken = jpeg()[:40] if cut > 0 else b"\x89PNG\r\n\x1a\n" + b"0" * 50
    with pytest.raises(EvidenceRefused, match=r"坏\.jpg：照片打不开.*没有保存"):
        sent(office, ("坏.jpg", broken))
    assert not Clue.objects.exists()


def test_a_camera_ahead_of_time_is_kept_and_noted(office: Office) -> None:
    clue = sent(office, ("a.jpg", jpeg(taken="2099:01:01 08:00:00")))
    case = clue_settle.merge(word(office), clue.pk, office.case.pk)
    row = case.evidence.get()
    assert row.taken_at is None
    assert "相机时间 2099-01-01 08:00 晚于收到的时间" in row.note


def test_a_camera_in_time_is_believed(office: Office) -> None:
    clue = sent(office, ("a.jpg", jpeg(taken="2024:01:01 08:00:00")))
    row = clue_settle.merge(word(office), clue.pk, office.case.pk).evidence.get()
    assert row.taken_at is not None
    assert "相机时间" not in row.note


def test_a_missing_original_is_told_in_words_and_nothing_is_written(office: Office) -> None:
    clue = sent(office, ("a.jpg", jpeg()))
    evidence.place_of(clue.files.get().sha256).unlink()
    response = as_(office.officer).post(
        reverse("clue_settle", args=[clue.pk]),
        {"what": "accept", "taken": [clue.files.get().pk]},
    )
    assert response.status_code == 400
    assert "a.jpg 的原件缺失" in text_of(response)
    clue.refresh_from_db()
    assert clue.state == "waiting"
    assert clue_settle.accept(word(office), clue.pk, taken=[]).pk


# ------------------------------------------------------------------ who sees them


def test_photos_are_ticked_and_documents_are_not(office: Office) -> None:
    clue = sent(office, ("举报信.pdf", PDF), ("a.jpg", jpeg()))
    paper, photo = clue.files.order_by("pk")
    told = text_of(as_(office.officer).get(reverse("clue", args=[clue.pk])))
    assert f'name="taken" value="{photo.pk}" checked>' in told
    assert f'name="taken" value="{paper.pk}">' in told
    case = clue_settle.accept(word(office), clue.pk)
    assert [one.file_name for one in case.evidence.all()] == ["a.jpg"]


def test_only_what_was_ticked_becomes_evidence(office: Office) -> None:
    clue = sent(office, ("信.pdf", PDF), ("a.jpg", jpeg()), ("b.jpg", jpeg(size=9)))
    paper, first, second = clue.files.order_by("pk")
    address, client = reverse("clue_settle", args=[clue.pk]), as_(office.officer)
    fault = client.post(address, {"what": "merge", "case": "0", "taken": [second.pk]})
    assert f'value="{second.pk}" checked>' in text_of(fault), "a fault keeps the ticks"
    assert f'value="{first.pk}">' in text_of(fault)
    done = client.post(
        address, {"what": "merge", "case": office.case.pk, "taken": [paper.pk, second.pk]}
    )
    assert done.status_code == 302
    assert {one.file_name for one in office.case.evidence.all()} == {"信.pdf", "b.jpg"}


def test_no_tick_takes_nothing_and_a_file_of_others_is_refused(office: Office) -> None:
    other = sent(office, ("z.jpg", jpeg(size=9)))
    clue = sent(office, ("a.jpg", jpeg()))
    for foreign in (other.files.get().pk, 0):
        with pytest.raises(ClueRefused, match="不是线索"):
            clue_settle.merge(word(office), clue.pk, office.case.pk, [foreign])
    clue_settle.merge(word(office), clue.pk, office.case.pk, [])
    assert not office.case.evidence.exists()


def test_a_document_is_opened_only_by_who_may_see_names(office: Office) -> None:
    files = [("信.pdf", SimpleUploadedFile("a", PDF)), ("a.jpg", SimpleUploadedFile("b", jpeg()))]
    clue, _ = clues.receive(office.officer, given(office), timezone.now(), files)
    paper, photo = (
        reverse("clue_file", args=[clue.pk, one.pk]) for one in clue.files.order_by("pk")
    )
    reviewer = as_(office.county_reviewer)
    assert reviewer.get(paper).status_code == 403
    assert reviewer.get(photo).status_code == 200
    assert paper not in text_of(reviewer.get(reverse("clue", args=[clue.pk])))
    assert as_(office.officer).get(paper).status_code == 200


# ------------------------------------------------------------------ numbers in the words


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("联系13812345678。", "联系138＊＊＊＊5678。"),
        ("138-0013-8000", "138-＊＊＊＊-8000"),
        ("2026-03-31 138 0013 8000 来电", "2026-03-31 138 ＊＊＊＊ 8000 来电"),
        ("+86 1380 0138 000", "+86 138＊ ＊＊＊8 000"),
        ("座机0554-2671234", "座机055＊-＊＊＊1234"),
        ("（0554）267 1234", "（055＊）＊＊＊ 1234"),
        ("010 12345678", "010 ＊＊＊＊5678"),
        ("340401 19900101 123X", "340＊＊＊ ＊＊＊＊＊＊＊＊ 123X"),
        ("34040119900101123X", "340＊＊＊＊＊＊＊＊＊＊＊123X"),
    ],
)
def test_numbers_are_masked_however_they_are_written(said: str, shown: str) -> None:
    assert masked_text(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-31 至 2026-04-15",
        "约 1300 平方米、15.5 亩",
        "北纬 33.012345",
        "12336",
        "东经118.123456",
    ],
)
def test_days_areas_and_places_are_no_telephone(said: str) -> None:
    assert masked_text(said) == said
