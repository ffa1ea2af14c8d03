"""An office for tests of casework: a drawn county, its people at three levels, one judged patch."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from gisland.casework import cases
from gisland.casework.evidence import Said, receive
from spatial import facts
from spatial.models import FieldResult, Patch, Region, User
from tests import ratio_ground as drawn
from tests.people import person

if TYPE_CHECKING:
    from gisland.casework.models import Case, CaseEvent, Evidence

ISSUED = datetime.date(2024, 5, 6)
"""A Monday."""
NOW = datetime.datetime(2024, 5, 8, 10, tzinfo=timezone.get_default_timezone())


@dataclass
class Office:
    """The people and the case."""

    county: Region
    patch: Patch
    captain: User
    officer: User
    county_reviewer: User
    city_reviewer: User
    province_reviewer: User
    leader: User
    stranger: User
    case: Case

    def step(self, by: User, edge: str, **told: Any) -> CaseEvent:
        """Take a step as somebody who has just opened the page."""
        self.case.refresh_from_db()
        told.setdefault("at", NOW)
        told.setdefault("seen", self.case.events)
        event = cases.advance(by, self.case.pk, cases.Move(edge, **told))
        self.case.refresh_from_db()
        return event

    def assign(self) -> CaseEvent:
        return self.step(self.captain, "assign", told={"officer": self.officer.pk})

    def decide(self, conclusion: str = "") -> None:
        facts.decide(self.patch, facts.Word(self.officer, NOW.date()), conclusion=conclusion)

    def survey(self) -> None:
        FieldResult.objects.create(
            patch=self.patch, on=NOW.date(), by=self.officer, result="已建成"
        )
        self.step(self.officer, "survey")

    def rectify(self) -> None:
        facts.rectify(
            self.patch, facts.Word(self.officer, NOW.date()), kind="reclaimed",
            area_m2=self.patch.area_m2,
        )  # fmt: skip

    def photo(self, azimuth: float = 0, **told: Any) -> Evidence:
        told.setdefault("place", self.middle())
        told.setdefault("taken", "2024:05:07 09:30:00")
        return self.hand_in(f"现场{azimuth:g}.jpg", jpeg(azimuth=azimuth, **told), Said())

    def paper(self, code: str, number: str = "示自然资停〔2024〕7号", **told: Any) -> Evidence:
        said = Said(paper=code, number=number, dated_on=datetime.date(2024, 5, 7), **told)
        return self.hand_in(f"{code}.pdf", b"%PDF-1.7 " + code.encode() + number.encode(), said)

    def hand_in(self, name: str, content: bytes, said: Said) -> Evidence:
        return receive(self.case, name, io.BytesIO(content), self.officer, said, NOW)[0]

    def middle(self) -> tuple[float, float]:
        point = self.patch.geom.point_on_surface
        return point.x, point.y

    def prove(self) -> None:
        """All that the checklist asks of illegal ground."""
        self.photo(10)
        self.photo(100)
        self.paper("stop_notice")

    def send_up(self) -> None:
        """From issued to reported."""
        self.assign()
        self.decide()
        self.prove()
        self.step(self.officer, "submit")
        self.step(self.county_reviewer, "pass_county")
        self.step(self.city_reviewer, "pass_city")
        self.step(self.province_reviewer, "pass_province")


def make_office(rows: str = "iiii", *, source: str = "部", judge: bool = True) -> Office:
    county = drawn.draw_county(rows)
    make_parents(county)
    patch = drawn.draw_patch("".join("P" if mark not in "\n." else mark for mark in rows), county)
    patch.batch.source, patch.batch.issued_on = source, ISSUED
    patch.batch.save()
    if judge:
        drawn.judge(patch)
    code = county.code
    city, province = code[:4] + "00", code[:2] + "0000"
    return Office(
        county=county,
        patch=patch,
        captain=person(code, "captain", name="captain", unit="甲县大队"),
        officer=person(code, "brigade", name="officer", unit="甲县大队"),
        county_reviewer=person(code, "reviewer", name="county_reviewer"),
        city_reviewer=person(city, "reviewer", name="city_reviewer"),
        province_reviewer=person(province, "reviewer", name="province_reviewer"),
        leader=person(city, "official", name="leader"),
        stranger=person(make_other(county).code, "brigade", "captain", "reviewer", name="stranger"),
        case=cases.open_cases([patch.pk], None, NOW)[0],
    )


def make_parents(county: Region) -> None:
    for code, name, level in (
        (county.code[:2] + "0000", "示例省", "province"),
        (county.code[:4] + "00", "示例市", "city"),
    ):
        Region.objects.get_or_create(code=code, defaults={"name": name, "level": level})


def make_other(county: Region) -> Region:
    other, _ = Region.objects.get_or_create(
        code=county.code[:4] + "98",
        defaults={"name": "邻县", "level": "county", "central_meridian": county.central_meridian},
    )
    return other


def jpeg(
    *,
    place: tuple[float, float] | None = None,
    taken: str = "",
    azimuth: float | None = None,
    size: int = 8,
    offset: str = "",
) -> bytes:
    """A small photo that says where, when and whither it was taken."""
    exif = Image.Exif()
    exif[Base.Make] = "Example"
    main, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    if taken:
        main[Base.DateTimeOriginal] = taken
    if offset:
        main[Base.OffsetTimeOriginal] = offset
    if place:
        gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", _dms(place[0])
        gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", _dms(place[1])
    if azimuth is not None:
        gps[GPS.GPSImgDirection] = IFDRational(int(azimuth * 100), 100)
    out = io.BytesIO()
    Image.new("RGB", (size, size), (90, 120, 60)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def _dms(degrees: float) -> tuple[IFDRational, ...]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    seconds = (degrees - whole - minutes / 60) * 3600
    return (
        IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(round(seconds * 10000), 10000),
    )  # fmt: skip
