"""A quarter of casework in the invented prefecture: some closed in time, some returned, split,
overdue, listed. Every step goes through the same door as a person's. 演示季度"""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import LineString
from django.utils import timezone

from gisland.casework import cases
from gisland.casework.demo.people import make_people
from gisland.casework.demo.photos import photo
from gisland.casework.evidence import Said, receive
from gisland.casework.findings import findings_of
from gisland.casework.models import Case
from spatial import crs, facts
from spatial.errors import InputRefused
from spatial.models import FieldResult, Patch
from spatial.review import acts
from spatial.review.status import standings

if TYPE_CHECKING:
    from collections.abc import Callable

    from gisland.casework.demo.people import People
    from spatial.models import User

BATCHES = ("SHENG202404", "SHI202405", "XUNCHA202405", "BU2024Q1")
MOST = 16
"""Cases of one batch that are lived through; the others stay as they were issued."""
NINE = datetime.time(9, 30)


@dataclass
class Life:
    """One case, and the day it has reached."""

    case: Case
    people: People
    day: datetime.date

    def step(self, by: User, edge: str, days: int = 1, **told: Any) -> None:
        """The next step, so many days later."""
        self.day += datetime.timedelta(days=days)
        self.case.refresh_from_db()
        move = cases.Move(edge, self.case.events, self.at, on=self.day, **told)
        cases.advance(by, self.case.pk, move)

    @property
    def at(self) -> datetime.datetime:
        """Half past nine of the day."""
        return timezone.make_aware(datetime.datetime.combine(self.day, NINE))

    def paper(self, code: str, word: str, *, area: bool = False) -> None:
        """A document of an invented number."""
        number = f"示{word}〔{self.day.year}〕{self.case.pk}号"
        said = Said(
            paper=code, number=number, dated_on=self.day,
            area_m2=self.case.patch.area_m2 if area else None,
        )  # fmt: skip
        text = f"%PDF-1.4\n% invented demo document {code} {self.case.pk}\n".encode()
        receive(self.case, f"{number}.pdf", io.BytesIO(text), self.people.officer, said, self.at)

    def photos(self) -> None:
        """Three photos from different sides."""
        west, south, east, north = self.case.patch.geom.extent
        middle = (west + east) / 2, (south + north) / 2
        for azimuth, lon, lat in ((5, middle[0], south), (120, west, north), (245, east, north)):
            content = photo(lon, lat, azimuth, self.at, self.case.patch.address)
            receive(
                self.case, f"现场{azimuth}.jpg", io.BytesIO(content), self.people.officer,
                Said(note="虚构照片"), self.at,
            )  # fmt: skip


def live(say: Callable[[str], None]) -> int:
    """Open the cases and live through the quarter; how many were. Again it does nothing."""
    if Case.objects.filter(events__gt=1).exists():
        say("演示案件已在库，不再重做。")
        return 0
    people = make_people()
    waiting = Patch.objects.filter(case__isnull=True, batch__code__in=BATCHES).order_by("pk")
    cases.open_cases(list(waiting.values_list("pk", flat=True)), None, timezone.now())
    lived = 0
    for code in BATCHES:
        chosen = Case.objects.filter(patch__batch__code=code).select_related(
            "patch__batch", "patch__region"
        )
        for number, case in enumerate(chosen.order_by("pk")[:MOST]):
            who = people.get(case.patch.region.code)
            issued = case.patch.batch.issued_on
            if who is not None and issued is not None:
                _live(Life(case, who, issued), number)
                lived += 1
        say(f"演示办案：{code}")
    return lived


def _live(life: Life, number: int) -> None:
    """What becomes of a case depends on its place in the batch."""
    fate = number % 8
    if fate == 0:
        return
    given = {"officer": life.people.officer.pk}
    life.step(life.people.captain, "assign", told=given, note="按责任区分派")
    if fate == 1:
        return
    _decide(life, number)
    _prove(life)
    life.step(life.people.officer, "submit")
    if fate == 2:
        return
    if fate == 3:
        life.step(life.people.reviewer, "return_county", reason_code="photos_missing",
                  note="请补拍东侧近景")  # fmt: skip
        life.step(life.people.officer, "submit", 3)
    life.step(life.people.reviewer, "pass_county")
    if fate == 4:
        return
    life.step(life.people.city_reviewer, "pass_city", 2)
    life.step(life.people.province_reviewer, "pass_province", 3)
    word = findings_of([life.case.patch_id])[life.case.patch_id].word
    if word == "illegal":
        _handle(life, number)
    elif word == "lawful":
        life.step(life.people.city_reviewer, "close_lawful")


def _prove(life: Life) -> None:
    """What the checklist asks; illegal ground is stopped at once."""
    life.photos()
    finding = findings_of([life.case.patch_id])[life.case.patch_id]
    if finding.word == "illegal":
        life.paper("stop_notice", "自然资停")
        life.step(life.people.officer, "order_stop", 0)
    if finding.lawful_m2:
        for code, word in (("approval", "政地"), ("temporary_approval", "临地"),
                           ("facility_record", "设农备")):  # fmt: skip
            life.paper(code, word, area=True)


def _decide(life: Life, number: int) -> None:
    """Survey, and a decision where there is none yet."""
    patch, officer = life.case.patch, life.people.officer
    FieldResult.objects.get_or_create(
        patch=patch, defaults={"on": life.day, "by": officer, "result": "与下发一致"}
    )
    life.step(officer, "survey", 2)
    stands = standings([patch.pk])[patch.pk]
    if stands.decision is not None:
        return
    if number % 8 == 6 and _split(life, stands.seen):
        return
    facts.decide(patch, facts.Word(officer, life.day, "现场核实，与初判一致"))


def _split(life: Life, seen: str) -> bool:
    """Cut the patch in two across its middle and confirm both parts; whether it could be."""
    west, south, east, north = life.case.patch.geom.extent
    middle = (west + east) / 2
    line = LineString((middle, south - 1e-4), (middle, north + 1e-4), srid=crs.STORAGE_SRID)
    both = [acts.Act("confirm", note="按用地单位分割")] * 2
    try:
        acts.split(life.people.officer, life.case.patch_id, line, both, seen=seen, on=life.day)
    except InputRefused:
        return False
    return True


def _handle(life: Life, number: int) -> None:
    officer = life.people.officer
    life.paper("filing_approval", "自然资立")
    life.step(officer, "file", 4)
    life.paper("penalty_decision", "自然资罚", area=True)
    life.step(officer, "penalise", 40)
    life.step(officer, "rectify", 5)
    if number % 8 == 5:
        life.step(life.people.leader, "list", 20, reason_code="overdue")
        return
    finding = findings_of([life.case.patch_id])[life.case.patch_id]
    facts.rectify(
        life.case.patch, facts.Word(officer, life.day, "拆除建筑物，恢复耕种（虚构）"),
        kind="reclaimed", area_m2=finding.illegal_m2,
    )  # fmt: skip
    life.step(officer, "ask_acceptance", 30)
    life.paper("acceptance_record", "自然资验", area=True)
    life.step(life.people.reviewer, "accept", 5)
    life.step(life.people.city_reviewer, "close", 3)
