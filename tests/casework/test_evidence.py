"""Photos and papers: kept untouched, asked for what they do not say, refused in words."""

from __future__ import annotations

import datetime
import io
import uuid
import zipfile
from decimal import Decimal

import pytest

from gisland.casework import checklist
from gisland.casework.errors import EvidenceRefused
from gisland.casework.evidence import Said, place_of, receive, safe_name
from gisland.casework.findings import findings_of
from gisland.casework.models import Evidence
from spatial.errors import NotAllowed, PatchUnknown
from tests.casework.office import NOW, Office, jpeg, make_office
from tests.people import person

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nexample"


def nothing_kept(settings) -> bool:
    files = [path for path in settings.EVIDENCE_DIR.rglob("*") if path.is_file()]
    return not files and not Evidence.objects.exists()


def missing(office: Office) -> dict[str, str]:
    finding = findings_of([office.patch.pk])[office.patch.pk]
    items = checklist.items_for(office.case, finding)
    return {item.text[:4]: item.have for item in items if not item.met}


def test_a_photo_says_when_where_and_whither_it_was_taken(office: Office) -> None:
    content = jpeg(
        place=(118.123456, 33.654321), taken="2024:05:07 09:30:00", azimuth=271.5, offset="+08:00"
    )
    photo = office.hand_in("照片.jpg", content, Said())
    assert (photo.kind, photo.media_type, photo.device) == ("photo", "image/jpeg", "Example")
    assert photo.taken_at == datetime.datetime(2024, 5, 7, 1, 30, tzinfo=datetime.UTC)
    assert photo.place.coords == pytest.approx((118.123456, 33.654321), abs=1e-7)
    assert (photo.azimuth, photo.azimuth_source) == (271.5, "exif")
    assert place_of(photo.sha256).read_bytes() == content, "the original, to the byte"


def test_what_a_photo_does_not_say_is_said_and_marked_so(office: Office) -> None:
    taken = datetime.datetime(2024, 5, 7, 8, tzinfo=datetime.UTC)
    said = Said(lon=118.1, lat=33.6, azimuth=450, taken_at=taken, from_device=True)
    photo = office.hand_in("a.jpg", jpeg(), said)
    assert (photo.place_source, photo.taken_source, photo.azimuth) == ("device", "device", 90)
    plain = office.hand_in("b.jpg", jpeg(size=9), Said(lon=118.1, lat=33.6))
    assert (plain.place_source, plain.taken_at, plain.azimuth) == ("said", None, None)


def test_what_the_photo_says_itself_comes_before_what_is_said(office: Office) -> None:
    content = jpeg(place=(118.1, 33.6), taken="2024:05:07 09:30:00")
    photo = office.hand_in("a.jpg", content, Said(lon=110, lat=20))
    assert photo.place.x == pytest.approx(118.1)


@pytest.mark.parametrize(
    ("name", "content", "said", "why"),
    [
        ("a.jpg", b"", Said(), "空文件"),
        ("报告.pdf", b"MZ\x90\x00 program", Said(), "可执行文件"),
        ("run.jpg", b"\x7fELF\x02\x01", Said(), "可执行文件"),
        ("a.sh", b"#!/bin/sh\n", Said(), "可执行文件"),
        ("a.txt", "文字".encode(), Said(), "不是可接受的格式"),
        ("a.jpg", b"\xff\xd8\xff\xe0 cut off", Said(), "照片打不开"),
        ("a.jpg", jpeg(taken="2024:05:09 09:30:00"), Said(), "拍摄时间 2024-05-09 09:30 晚于现在"),
        ("a.jpg", jpeg(), Said(lon=200.0, lat=33.0), "不是经纬度"),
        ("a.pdf", PDF, Said(paper="stop_notice"), "须填写文号、日期"),
        ("a.pdf", PDF, Said(paper="acceptance_record", number="1",
                            dated_on=datetime.date(2024, 5, 7)), "须填写面积"),
        ("a.pdf", PDF, Said(paper="stop_notice", number="1",
                            dated_on=datetime.date(2024, 5, 9)), "晚于今天"),
        ("a.pdf", PDF, Said(paper="love_letter"), "没有文书种类"),
        ("a.pdf", PDF, Said(paper="approval", number="1", dated_on=datetime.date(2024, 5, 7),
                            area_m2=Decimal(-1)), "面积应大于 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_evidence_is_refused_and_nothing_is_kept(
    office: Office, settings, name: str, content: bytes, said: Said, why: str
) -> None:
    with pytest.raises(EvidenceRefused, match=why):
        office.hand_in(name, content, said)
    assert nothing_kept(settings)


def office_file(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    return out.getvalue()


def test_office_files_come_in_without_macros_only(office: Office, settings) -> None:
    for members, why in (
        (("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "含有宏"),
        (("a.jpg", "b.jpg"), "是压缩包"),
    ):
        with pytest.raises(EvidenceRefused, match=why):
            office.hand_in("a.docx", office_file(*members), Said())
    assert nothing_kept(settings)
    kept = office.hand_in("a.docx", office_file("[Content_Types].xml", "word/a.xml"), Said())
    assert kept.media_type.endswith("wordprocessingml.document")


class Endless(io.RawIOBase):
    """As many bytes as anybody asks for."""

    def read(self, size: int = -1) -> bytes:
        return b"\xff\xd8\xff" + b"0" * (size - 3)


def test_too_large_a_photo_is_refused_while_it_comes(office: Office, settings) -> None:
    settings.EVIDENCE_LIMIT_BYTES = 3 << 20
    with pytest.raises(EvidenceRefused, match="超过单个材料 3 MB 的上限"):
        receive(office.case, "大.jpg", Endless(), office.officer, Said(), NOW)
    assert nothing_kept(settings)


def test_a_connection_that_breaks_leaves_nothing(office: Office, settings) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(104, "Connection reset by peer")

    with pytest.raises(EvidenceRefused, match="没有存下"):
        receive(office.case, "a.jpg", Broken(), office.officer, Said(), NOW)
    assert nothing_kept(settings)


def test_a_full_disk_is_said(office: Office, settings) -> None:
    settings.EVIDENCE_SPARE_BYTES = 1 << 60
    with pytest.raises(EvidenceRefused, match="磁盘空间不足"):
        office.hand_in("a.jpg", jpeg(), Said())


def test_the_same_receipt_again_is_the_same_photo(office: Office) -> None:
    said = Said(receipt=uuid.uuid4())
    first, new = receive(office.case, "a.jpg", io.BytesIO(jpeg()), office.officer, said, NOW)
    again, newer = receive(office.case, "a.jpg", io.BytesIO(jpeg()), office.officer, said, NOW)
    assert (first, new, newer) == (again, True, False)
    same, newer = receive(office.case, "c.jpg", io.BytesIO(jpeg()), office.officer, Said(), NOW)
    assert (same, newer) == (first, False), "the same bytes"


def test_evidence_is_handed_in_by_whoever_may_for_their_county(office: Office) -> None:
    with pytest.raises(PatchUnknown):
        receive(office.case, "a.jpg", io.BytesIO(jpeg()), office.stranger, Said(), NOW)
    planner = person(office.county.code, "planner")
    with pytest.raises(NotAllowed, match="提交举证材料"):
        receive(office.case, "a.jpg", io.BytesIO(jpeg()), planner, Said(), NOW)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\照片\\a.jpg", "a.jpg"), ("a\x00\n.jpg", "a.jpg"),
     ("...", "未命名"), ("长" * 300 + ".jpg", "长" * 196 + ".jpg")],
)  # fmt: skip
def test_a_file_name_is_data(name: str, kept: str) -> None:
    assert safe_name(name) == kept


# ------------------------------------------------------------------ 举证清单


@pytest.mark.parametrize(
    ("azimuths", "count"),
    [([], 0), ([10.0], 1), ([10, 30], 1), ([10, 55], 2), ([350, 10], 1), ([350, 35], 2),
     ([0, 44, 46, 90], 2), ([0, 45, 90], 3), ([0, 120, 240], 3), ([5, 5, 5], 1)],
)  # fmt: skip
def test_directions_are_told_apart_by_45_degrees(azimuths: list[float], count: int) -> None:
    assert checklist.directions(azimuths) == count


def test_the_checklist_says_what_is_missing_before_submission(office: Office) -> None:
    assert missing(office) == {}, "nothing is asked of ground that nobody decided"
    office.decide()
    assert missing(office) == {"现场照片": "现有 0 张", "照片不少": "现有 0 个", "责令停止": "没有"}
    office.photo(10)
    office.photo(30)  # the same direction again
    assert missing(office) == {"照片不少": "现有 1 个", "责令停止": "没有"}
    office.photo(100)
    office.paper("stop_notice")
    assert missing(office) == {}


def test_a_photo_from_afar_or_without_place_or_time_does_not_count(office: Office) -> None:
    office.decide()
    lon, lat = office.middle()
    office.photo(10, place=(lon, lat + 0.0025))  # about 280 m
    office.photo(100, taken="")
    office.hand_in("c.jpg", jpeg(size=11, taken="2024:05:07 09:30:00"), Said())
    assert missing(office)["现场照片"] == "现有 0 张"
    office.photo(190, place=(lon, lat + 0.0015))  # about 165 m
    assert missing(office)["现场照片"] == "现有 1 张"


def test_lawful_ground_needs_its_paper() -> None:
    office = make_office("ll")
    office.decide()
    assert set(missing(office)) == {"现场照片", "用地批准"}
    office.photo()
    office.paper("supply", area_m2=Decimal("200"))
    assert missing(office) == {}


def test_every_class_of_ground_has_a_checklist() -> None:
    text = checklist.CHECKLIST_FILE.read_text(encoding="utf-8")
    with pytest.raises(Exception, match="归类 legal 没有清单"):
        checklist.read(text.replace('class = ["legal"]', 'class = ["other"]'))
