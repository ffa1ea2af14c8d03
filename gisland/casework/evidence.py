"""Taking evidence in: the original under its hash, with what it says and what is said of it. 举证

A file is written aside, read back, and moved to its place only when all about it is known; the
row is written last. What is refused leaves nothing behind.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction

from gisland.casework.errors import EvidenceRefused
from gisland.casework.exif import Shot, read_shot
from gisland.casework.file_kinds import kind_of
from gisland.casework.models import Case, Evidence, EvidenceKind, PositionSource
from gisland.casework.process import process
from spatial import crs
from spatial.errors import PatchUnknown
from spatial.scope import scope_of

if TYPE_CHECKING:
    import uuid
    from decimal import Decimal

    from spatial.models import User

ACT = "evidence"
BLOCK = 1 << 20
NAME_LENGTH, NUMBER_LENGTH = 200, 120
AHEAD = datetime.timedelta(minutes=10)
"""How far a camera's clock may be ahead of ours."""


@dataclass(frozen=True)
class Said:
    """What the person says of a file; what a photo says itself comes before."""

    note: str = ""
    taken_at: datetime.datetime | None = None
    lon: float | None = None
    lat: float | None = None
    azimuth: float | None = None
    from_device: bool = False
    """The place and direction come from the phone that took the photo, not from memory."""
    azimuth_said: bool = False
    """But the direction was told by the person."""
    paper: str = ""
    number: str = ""
    dated_on: datetime.date | None = None
    area_m2: Decimal | None = None
    receipt: uuid.UUID | None = None
    """Made by the sender: the same receipt again is the same file, not another."""
    came_at: datetime.datetime | None = None
    """When a file came in that was looked at then. A camera's time after it is left out and noted:
    what was taken in once is not refused later."""


def receive(
    case: Case, name: str, content: IO[bytes], by: User, said: Said, now: datetime.datetime
) -> tuple[Evidence, bool]:
    """Keep one file as evidence of a case; whether it is new.

    Raises NotAllowed, EvidenceRefused. A receipt that is known, or the same bytes in the same
    case, give the evidence that is there.
    """
    require(by, case)
    if said.receipt is not None:
        known = Evidence.objects.filter(receipt=said.receipt).first()
        if known is not None:
            if known.case_id != case.pk:
                raise EvidenceRefused("这个回执号已用于另一个案件。")
            return known, False
    name = safe_name(name)
    with tempfile.TemporaryDirectory(dir=incoming()) as folder:
        aside = Path(folder) / "original"
        size, sha256 = take(content, aside, name)
        kind, media_type = kind_of(aside, name)
        known = Evidence.objects.filter(case=case, sha256=sha256, withdrawn=False).first()
        if known is not None and not hasattr(known, "replaced_by"):
            return known, False
        told = _told(kind, aside, name, said, now)
        keep(aside, sha256)
    with transaction.atomic():
        row = Evidence.objects.create(
            case=case, kind=kind, file_name=name, media_type=media_type, size_bytes=size,
            sha256=sha256, by=by, receipt=said.receipt, **{"note": said.note, **told},
        )  # fmt: skip
    return row, True


def require(by: User, case: Case) -> None:
    """Raise NotAllowed unless this person may hand in evidence, for ground of this county."""
    scope = scope_of(by)
    scope.require_act(ACT)
    require_county(by, case)


def require_county(by: User, case: Case) -> None:
    """Raise PatchUnknown where the case is not one that this person may see."""
    if case.patch.region_id not in scope_of(by).county_ids:
        raise PatchUnknown("没有这个案件，或不在您的行政区内。")


def place_of(sha256: str) -> Path:
    """Where the original of that hash lies."""
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256


def keep(aside: Path, sha256: str) -> None:
    """Move an original to its place, where nothing changes it."""
    place_of(sha256).parent.mkdir(parents=True, exist_ok=True)
    if not place_of(sha256).exists():
        aside.chmod(0o440)
        aside.replace(place_of(sha256))


def safe_name(name: str) -> str:
    """A file's own name as it is shown and stored in rows; never a path."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if letter.isprintable()).strip(" .")
    return (name or "未命名")[-NAME_LENGTH:]


def incoming() -> Path:
    """Where files lie aside until all about them is known."""
    folder = Path(settings.EVIDENCE_DIR) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def take(content: IO[bytes], aside: Path, name: str) -> tuple[int, str]:
    """Write a file aside; its size and hash. Raises EvidenceRefused."""
    limit = settings.EVIDENCE_LIMIT_BYTES
    if shutil.disk_usage(aside.parent).free < settings.EVIDENCE_SPARE_BYTES:
        raise EvidenceRefused("服务器磁盘空间不足，没有保存。请联系系统管理员。")
    digest, size = hashlib.sha256(), 0
    try:
        with aside.open("wb") as file:
            while block := content.read(BLOCK):
                size += len(block)
                if size > limit:
                    raise EvidenceRefused(
                        f"{name} 超过单个材料 {limit >> 20} MB 的上限，没有保存。"
                        "照片请用原图而非截图拼接，文书请按件上传。"
                    )
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise EvidenceRefused(f"{name} 没有存下：{error.strerror}。请稍后重传。") from error
    if size == 0:
        raise EvidenceRefused(f"{name} 是空文件（0 字节）。请重新选择。")
    return size, digest.hexdigest()


def _told(
    kind: EvidenceKind, aside: Path, name: str, said: Said, now: datetime.datetime
) -> dict[str, object]:
    if kind == EvidenceKind.PHOTO:
        if said.paper and said.paper != "note":
            return {**_photo(read_shot(aside), name, said, now), **_paper(name, said, now)}
        return _photo(read_shot(aside), name, said, now)
    return _paper(name, said, now)


def _photo(shot: Shot, name: str, said: Said, now: datetime.datetime) -> dict[str, object]:
    taken = shot.taken_at or said.taken_at
    told: dict[str, object] = {"device": shot.device}
    if taken is not None and said.came_at is not None and taken > said.came_at + AHEAD:
        told["note"] = f"{said.note}；相机时间 {taken:%Y-%m-%d %H:%M} 晚于收到的时间，不予采用"
        taken = None
    if taken is not None and taken > now + AHEAD:
        raise EvidenceRefused(
            f"{name} 的拍摄时间 {taken:%Y-%m-%d %H:%M} 晚于现在。请核对手机时间，没有保存。"
        )
    if taken is not None:
        told["taken_at"] = taken
        told["taken_source"] = _source(said, own=shot.taken_at is not None)
    lon, lat = (shot.lon, shot.lat) if shot.lon is not None else (said.lon, said.lat)
    if lon is not None and lat is not None:
        if abs(lon) > 180 or abs(lat) > 90:
            raise EvidenceRefused(f"拍摄位置 {lon}, {lat} 不是经纬度。")
        told["place"] = Point(lon, lat, srid=crs.STORAGE_SRID)
        told["place_source"] = _source(said, own=shot.lon is not None)
    azimuth = shot.azimuth if shot.azimuth is not None else said.azimuth
    if azimuth is not None:
        told["azimuth"] = azimuth % 360
        by_hand = shot.azimuth is None and said.azimuth_said
        own = shot.azimuth is not None
        told["azimuth_source"] = PositionSource.SAID if by_hand else _source(said, own=own)
    return told


def _source(said: Said, *, own: bool) -> PositionSource:
    if own:
        return PositionSource.EXIF
    return PositionSource.DEVICE if said.from_device else PositionSource.SAID


def _paper(name: str, said: Said, now: datetime.datetime) -> dict[str, object]:
    papers = process().papers
    code = said.paper or "note"
    if code not in papers:
        raise EvidenceRefused(f"没有文书种类 {code}。")
    paper = papers[code]
    number = said.number.strip()
    missing = [
        what
        for what, needed, given in (
            ("文号", paper.number, number),
            ("日期", paper.date, said.dated_on),
            ("面积", paper.area, said.area_m2),
        )
        if needed and not given
    ]
    if missing:
        raise EvidenceRefused(f"{paper.term}（{name}）须填写{'、'.join(missing)}。没有保存。")
    if len(number) > NUMBER_LENGTH:
        raise EvidenceRefused(f"文号最长 {NUMBER_LENGTH} 个字。")
    if said.dated_on is not None and said.dated_on > now.date():
        raise EvidenceRefused(f"{paper.term}的日期 {said.dated_on} 晚于今天。没有保存。")
    if said.area_m2 is not None and said.area_m2 <= 0:
        raise EvidenceRefused(f"{paper.term}的面积应大于 0。没有保存。")
    return {
        "paper": code, "number": number, "dated_on": said.dated_on, "area_m2": said.area_m2,
    }  # fmt: skip
