"""What a case must have on file before it goes up, and what of it is missing. 举证清单"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisland.casework.errors import ProcessInvalid
from gisland.casework.findings import UNSETTLED
from gisland.casework.models import Case, Evidence, EvidenceKind
from gisland.casework.process import process
from spatial import sqlfiles, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gisland.casework.findings import Finding

CHECKLIST_FILE = Path(__file__).resolve().parent / "checklist.toml"
APART_DEGREES = 45
"""Two photos look in different directions from here on."""


@dataclass(frozen=True)
class Entry:
    """What is asked for some conclusions, or for a class of them."""

    source: str
    classes: tuple[str, ...] = ()
    conclusions: tuple[str, ...] = ()
    photos: int = 0
    within_m: float = 0
    azimuths: int = 0
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One thing that is asked, whether it is there, and where that is written."""

    text: str
    met: bool
    have: str
    source: str


@cache
def entries() -> tuple[Entry, ...]:
    """The checked checklist of this installation."""
    return read(CHECKLIST_FILE.read_text(encoding="utf-8"))


def read(text: str) -> tuple[Entry, ...]:
    """Parse and check; raises ProcessInvalid with every fault."""
    try:
        found = tuple(_entry(entry) for entry in tomllib.loads(text)["entry"])
    except (KeyError, TypeError, ValueError) as error:
        raise ProcessInvalid(f"checklist.toml 有误：{error}") from error
    faults = [
        f"没有{what} {code}"
        for entry in found
        for what, codes, known in (
            ("归类", entry.classes, vocabulary.class_codes()),
            ("文书", entry.any_of, process().papers),
        )
        for code in codes
        if code not in known
    ]
    faults += [
        f"归类 {code} 没有清单"
        for code in vocabulary.class_codes()
        if not any(code in entry.classes for entry in found)
    ]
    if faults:
        raise ProcessInvalid("gisland/casework/checklist.toml 有误：\n" + "\n".join(faults))
    return found


def _entry(told: dict[str, Any]) -> Entry:
    given = dict(told)
    return Entry(
        classes=tuple(given.pop("class", ())),
        conclusions=tuple(given.pop("conclusions", ())),
        any_of=tuple(given.pop("any_of", ())),
        **given,
    )


def items_for(case: Case, finding: Finding) -> list[Item]:
    """Everything asked of a case; nothing of ground that nobody has decided."""
    have = list(Evidence.objects.filter(case=case, withdrawn=False, replaced_by__isnull=True))
    found: dict[str, Item] = {}
    for entry in _fitting(finding.by_code):
        for item in _items(case, entry, have):
            found.setdefault(item.text, item)
    return list(found.values())


def _fitting(decided: Iterable[tuple[str, str]]) -> list[Entry]:
    """The entries for these conclusions and classes. A conclusion's own entry holds where the
    ground is settled to be that; 待核 and 数据不足 have that of their class."""
    chosen: list[Entry] = []
    for code, rule_class in decided:
        settled = rule_class not in UNSETTLED
        named = [entry for entry in entries() if settled and code in entry.conclusions]
        by_class = [entry for entry in entries() if rule_class in entry.classes]
        chosen += [entry for entry in (named or by_class)[:1] if entry not in chosen]
    return chosen


def _items(case: Case, entry: Entry, have: list[Evidence]) -> list[Item]:
    items = []
    if entry.photos:
        usable, directions = _photos(case, entry, have)
        said = f"现场照片不少于 {entry.photos} 张，有拍摄时间和位置，距图斑 {entry.within_m:g} 米内"
        items.append(Item(said, usable >= entry.photos, f"现有 {usable} 张", entry.source))
        if entry.azimuths:
            said = (
                f"照片不少于 {entry.azimuths} 个方向（方位角相差 {APART_DEGREES}° 以上算不同方向）"
            )
            items.append(
                Item(said, directions >= entry.azimuths, f"现有 {directions} 个", entry.source)
            )
    if entry.any_of:
        terms = [process().papers[code].term for code in entry.any_of]
        there = [
            f"{process().papers[one.paper].term} {one.number}".strip()
            for one in have
            if one.paper in entry.any_of
        ]
        said = f"{'、'.join(terms)}之一" if len(terms) > 1 else terms[0]
        items.append(Item(said, bool(there), "；".join(there) or "没有", entry.source))
    return items


def _photos(case: Case, entry: Entry, have: list[Evidence]) -> tuple[int, int]:
    """How many photos count, and from how many directions."""
    ids = [one.pk for one in have if one.kind == EvidenceKind.PHOTO and one.taken_at and one.place]
    rows = sqlfiles.rows(
        "casework/30_measure_photos", {"patch_id": case.patch_id, "evidence_ids": ids}
    )
    near = {row["evidence_id"] for row in rows if row["away_m"] <= entry.within_m}
    chosen = [one for one in have if one.pk in near]
    return len(chosen), directions([one.azimuth for one in chosen if one.azimuth is not None])


def directions(azimuths: list[float]) -> int:
    """The most of these azimuths (degrees) of which any two lie APART_DEGREES or more apart."""
    most = 0
    for first in azimuths:
        turned = sorted((azimuth - first) % 360 for azimuth in azimuths)
        count, last = 1, 0.0
        for azimuth in turned:
            if azimuth - last >= APART_DEGREES and 360 - azimuth >= APART_DEGREES:
                count, last = count + 1, azimuth
        most = max(most, count)
    return most
