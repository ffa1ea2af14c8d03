"""Records the demo's facts as the people at the desk would: through the ways that check them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import GEOSGeometry

from imports.demo.bring import ACCOUNTS
from spatial import crs
from spatial import facts as desk
from spatial.engine import corrections
from spatial.models import (
    Determination,
    Exclusion,
    FieldResult,
    Holder,
    OfficialFigure,
    Patch,
    Rectification,
    Region,
    SubjectCorrection,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from imports.demo.manifest import Entry, Manifest

BEFORE_JUDGING = ("field_result",)
KINDS: dict[str, Any] = {
    "field_result": FieldResult,
    "determination": Determination,
    "rectification": Rectification,
    "exclusion": Exclusion,
    "subject": SubjectCorrection,
}


def bring_facts(manifest: Manifest, *, before_judging: bool) -> list[Patch]:
    """Record the facts that people established; field results come before judging.

    Those recorded already are passed over. Returns the patches whose user was put right.
    """
    by = User.objects.get(username=ACCOUNTS[0][0])
    corrected = []
    for entry in manifest.of("fact"):
        if (entry.layer in BEFORE_JUDGING) is not before_judging:
            continue
        if entry.layer == "official_figure":
            _official_figure(entry, by)
        elif (patch := _tell(entry, by)) and entry.layer == "subject":
            corrected.append(patch)
    return corrected


def judge_corrected(patches: list[Patch], *, ruleset: str, as_of: date) -> None:
    """Judge again whatever the holders of these patches touch, and apply it."""
    holders = sorted({holder for patch in patches for holder in corrections.holders_of(patch)})
    if holders:
        also = [patch.pk for patch in patches]
        corrections.rejudge(holders, ruleset=ruleset, as_of=as_of, also=also)


def _tell(entry: Entry, by: User) -> Patch | None:
    told = entry.options
    patch = Patch.objects.by_address(told["patch"])
    note = "，".join(text for text in (told.get("note", ""), told["by"]) if text)
    if KINDS[entry.layer].objects.filter(patch=patch, note=note).exists():
        return None
    _HOW[entry.layer](patch, desk.Word(by, date.fromisoformat(entry.valid_from), note), told)
    return patch


def _official_figure(entry: Entry, by: User) -> OfficialFigure:
    told = entry.options
    county = Region.objects.get(code=entry.region, valid_until=None)
    area = Decimal(told["area_m2"])
    return desk.record_figure(county, told["period"], area, source=told["source"], by=by)[0]


def _field_result(patch: Patch, word: desk.Word, told: dict[str, Any]) -> None:
    FieldResult.objects.create(
        patch=patch, on=word.on, by=word.by, note=word.note,
        result=told.get("field_result", ""), purpose=told.get("field_purpose", ""),
    )  # fmt: skip


def _determination(patch: Patch, word: desk.Word, told: dict[str, Any]) -> None:
    desk.decide(patch, word, conclusion=told.get("conclusion", ""), part=_part(told))


def _rectification(patch: Patch, word: desk.Word, told: dict[str, Any]) -> None:
    area = Decimal(str(told["area_m2"]))
    desk.rectify(patch, word, kind=told["kind"], area_m2=area, part=_part(told))


def _exclusion(patch: Patch, word: desk.Word, told: dict[str, Any]) -> None:
    desk.exclude(patch, word, reason_code=told["kind"])


def _subject(patch: Patch, word: desk.Word, told: dict[str, Any]) -> None:
    holder = Holder.objects.get(code=told["holder_code"])
    corrections.correct_subject(patch, holder, by=word.by, on=word.on, note=word.note)


def _part(told: dict[str, Any]) -> GEOSGeometry | None:
    return GEOSGeometry(told["part"], srid=crs.STORAGE_SRID) if "part" in told else None


_HOW: dict[str, Callable[[Patch, desk.Word, dict[str, Any]], None]] = {
    "field_result": _field_result,
    "determination": _determination,
    "rectification": _rectification,
    "exclusion": _exclusion,
    "subject": _subject,
}
