"""Clues coming in: from a page or a machine, once each, with what came along. 线索登记

A machine's own number makes a clue known: the same again is the same clue, another content under
the same number is refused. What is refused leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from gisland.casework import clue_ground, evidence
from gisland.casework.errors import ClueRefused, ClueRepeated, EvidenceRefused
from gisland.casework.exif import read_shot
from gisland.casework.file_kinds import kind_of
from gisland.casework.models import Clue, ClueFile, EvidenceKind
from spatial.models.patch import Source
from spatial.scope import scope_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from gisland.casework.clue_ground import Ground
    from spatial.models import User
    from spatial.scope import Scope

ACT = "clue"
LOOKERS = (ACT, "handle", "review", "supervise")
"""Whoever may do one of these sees the clues of their counties."""
SOURCES = (Source.PATROL, Source.REPORT, Source.HOTLINE, Source.VIDEO)
MOST_TEXT, MOST_FILES = 4000, 9
LENGTHS = {
    "place_said": ("位置描述", 200), "party_said": ("被反映的人或单位", 120),
    "reporter_name": ("举报人姓名", 60), "reporter_phone": ("举报人电话", 40),
    "sender_number": ("报送方编号", 60),
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What is told of a clue."""

    source: str
    found_on: datetime.date
    text: str
    ground: Ground
    clear_on: datetime.date | None = None
    region_code: str = ""
    place_said: str = ""
    party_said: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    sender_number: str = ""

    def digest(self, files: Sequence[Attached]) -> str:
        """The same for the same content."""
        told = [
            self.source, self.found_on.isoformat(), str(self.clear_on or ""), self.text,
            self.region_code, self.place_said,
            self.party_said, self.reporter_name, self.reporter_phone, self.ground.geom.wkt,
            self.ground.outline, self.ground.radius_m, sorted(one.sha256 for one in files),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Attached:
    """A file that was looked at and lies aside."""

    name: str
    aside: Path
    media_type: str
    size: int
    sha256: str


def receive(
    by: User, given: Given, now: datetime.datetime, files: Sequence[tuple[str, IO[bytes]]] = ()
) -> tuple[Clue, bool]:
    """Keep one clue; whether it is new. Raises NotAllowed, ClueRefused, ClueRepeated,
    InputRefused, EvidenceRefused."""
    scope = scope_of(by)
    scope.require_act(ACT)
    _check(given, now)
    if len(files) > MOST_FILES:
        raise ClueRefused(f"一条线索最多附 {MOST_FILES} 个文件，这里有 {len(files)} 个。")
    placed = clue_ground.place(given.ground, given.region_code, scope)
    with tempfile.TemporaryDirectory(dir=evidence.incoming()) as folder:
        attached = [_aside(Path(folder) / str(n), *one) for n, one in enumerate(files)]
        digest = given.digest(attached)
        if known := _known(by, given.sender_number, digest):
            return known, False
        try:
            with transaction.atomic():
                clue = Clue.objects.create(
                    source=given.source, region=placed.region, found_on=given.found_on,
                    clear_on=given.clear_on,
                    text=given.text.strip(), geom=given.ground.geom, outline=given.ground.outline,
                    radius_m=given.ground.radius_m, area_m2=placed.area_m2, received_by=by,
                    received_at=now, sent_sha256=digest,
                    **{name: getattr(given, name).strip() for name in LENGTHS},
                )  # fmt: skip
                for one in {one.sha256: one for one in attached}.values():
                    evidence.keep(one.aside, one.sha256)
                    ClueFile.objects.create(
                        clue=clue, file_name=one.name, media_type=one.media_type,
                        size_bytes=one.size, sha256=one.sha256,
                    )  # fmt: skip
        except IntegrityError:  # the same number, at the same moment
            if known := _known(by, given.sender_number, digest):
                return known, False
            raise
    return clue, True


def clues_of(scope: Scope) -> QuerySet[Clue]:
    """The clues of the scope's counties, for whoever handles or reviews them; else none."""
    if not any(scope.can(act) for act in LOOKERS):
        return Clue.objects.none()
    seen = Clue.objects.filter(region_id__in=scope.county_ids if scope else ())
    return seen.select_related("region", "received_by", "settled_by", "patch", "case").order_by(
        "-pk"
    )


def sent_by(by: User) -> QuerySet[Clue]:
    """What one account reported itself."""
    return Clue.objects.filter(received_by=by).select_related("region", "case").order_by("-pk")


def _check(given: Given, now: datetime.datetime) -> None:
    if given.source not in SOURCES:
        raise ClueRefused(f"没有线索来源 {given.source[:20]}，可选：{'、'.join(SOURCES)}。")
    if not given.text.strip():
        raise ClueRefused("请写明反映的内容。")
    if len(given.text) > MOST_TEXT:
        raise ClueRefused(f"反映内容最长 {MOST_TEXT} 字，现有 {len(given.text)} 字。")
    for name, (term, most) in LENGTHS.items():
        if len(getattr(given, name)) > most:
            raise ClueRefused(f"{term}最长 {most} 字。")
    today = timezone.localdate(now)
    if given.found_on > today:
        raise ClueRefused(f"发现日期 {given.found_on} 晚于今天 {today}。")
    if given.clear_on is not None and given.clear_on >= given.found_on:
        raise ClueRefused(f"尚无的日期 {given.clear_on} 应早于发现日期 {given.found_on}。")


def _known(by: User, number: str, digest: str) -> Clue | None:
    """The clue of this number; raises ClueRepeated where it had another content."""
    if not number.strip():
        return None
    known = Clue.objects.filter(received_by=by, sender_number=number.strip()).first()
    if known is not None and known.sent_sha256 != digest:
        raise ClueRepeated(
            f"报送方编号 {number} 已用于线索 {known.number}，内容不同。补充情况请用新的编号。"
        )
    return known


def _aside(path: Path, name: str, content: IO[bytes]) -> Attached:
    """Look at one file as it will be looked at when it becomes evidence; raises EvidenceRefused.

    A camera's wrong clock is no reason to refuse what somebody reports."""
    name = evidence.safe_name(name)
    size, sha256 = evidence.take(content, path, name)
    try:
        kind, media_type = kind_of(path, name)
    except EvidenceRefused as error:
        raise EvidenceRefused(str(error).replace("举证材料", "线索附件")) from error
    if kind == EvidenceKind.PHOTO:
        try:
            read_shot(path)
        except EvidenceRefused as error:
            raise EvidenceRefused(f"{name}：{error}没有保存。") from error
    return Attached(name, path, media_type, size, sha256)
