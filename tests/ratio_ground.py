"""Drawn ground for ratios: a ruleset of one line a class, judged and applied at once.

``draw_county`` takes rows of letters; each cell of 10 m is

    c legal, cultivated    l legal        i illegal, cultivated    j illegal
    s not yet supplied, cultivated        a approved, not built    o other    p pending

and the patch is all of them, or the cells that its own drawing marks P.
"""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import shapely
from django.utils import timezone
from shapely import affinity

from spatial import facts
from spatial.accounts import make_user
from spatial.engine.classify import apply_run, classify
from spatial.engine.ratios import RatioQuery, RegionRatio, ratios
from spatial.models import Batch, Patch, PatchLink, Region, Run, User
from spatial.rules.load import load_text
from tests import drawing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.gis.geos import MultiPolygon

NAME = "ratio-drawn"
DAY = datetime.date(2024, 6, 1)
MU_10 = """
ccccccccccllllloooooo
ccccccccccllllloooiii
cccccccccclllllijjjjj
cccccccccclllllXiiiii
""".replace("X", "i").strip()
"""Ten 亩 a cell: legal 600 (cultivated 400), illegal 150 (cultivated 100), other 90."""

RULES = """
[ruleset]
name = "ratio-drawn"
title = "比率画例"
version = "1"
draft = true
ground = "batch"
needs = ["land_use", "approval"]
[set]
tilled = ["0101"]
[notion]
cultivated = { term = "耕地", layer = "land_use", version = "latest", where = ["code in tilled"] }
approved = { term = "批准", layer = "approval", where = ["step = 征收"] }
unbuilt = { term = "未建", layer = "approval", where = ["step = 农转用"] }
waiting = { term = "待供", layer = "approval", where = ["step = 单独选址"] }
facility = { term = "设施", layer = "facility" }
temporary = { term = "临时", layer = "temporary" }
[rules]
conclude = [
  { code = "lawful", term = "合法", class = "legal", inside = ["approved"] },
  { code = "approved", term = "已批未建", class = "legal", inside = ["unbuilt"] },
  { code = "unsupplied", term = "未供即用", class = "illegal", inside = ["waiting"] },
  { code = "facility", term = "设施", class = "other", inside = ["facility"] },
  { code = "unclear", term = "待核", class = "pending", inside = ["temporary"] },
  { code = "unfiled", term = "未报即用", class = "illegal" },
]
[ratio]
illegal = ["class illegal", "unless unsupplied"]
new = ["class illegal", "class legal", "unless approved"]
cultivated = "cultivated"
denominators = ["new_cultivated", "new_all", "official"]
exclude = ["key_project"]
effect = [
  { kind = "reclaimed", numerator = false, denominator = false },
  { kind = "regularised", numerator = false, denominator = true },
]
"""
LENIENT = RULES.replace('version = "1"', 'version = "2"').replace(
    '  { code = "unfiled"',
    '  { code = "settled", term = "已补办", class = "legal", outside = ["temporary"] },\n'
    '  { code = "unfiled"',
)
"""A later version by which what was 未报即用 is lawful."""

STEPS = {"cl": "征收", "a": "农转用", "s": "单独选址"}


def draw_county(
    rows: str,
    code: str = drawing.HOME[0],
    name: str = drawing.HOME[1],
    *,
    kcxs: float = 0,
    missing: tuple[str, ...] = (),
    townships: tuple[int, ...] = (),
) -> Region:
    """A county whose layers are drawn by the letters; townships, if any, by numbers of columns."""
    region = drawing.county(code, name)
    letters = set(rows) - set(". \n")
    land = {key: {"code": "0601", "kcxs": 0} for key in letters}
    land |= {key: {"code": "0101", "kcxs": kcxs} for key in letters & set("cis")}
    drawn: dict[str, Any] = {
        "land_use": {"draw": rows, **land},
        "approval": _only(rows, {k: {"step": s} for keys, s in STEPS.items() for k in keys}),
        "facility": _only(rows, {"o": {}}),
        "temporary": _only(rows, {"p": {}}),
    }
    for layer, told in drawn.items():
        drawing.draw_layer(layer, "missing" if layer in missing else told, region=region)
    if townships:
        _draw_townships(rows, townships, region)
    return region


def _only(rows: str, letters: dict[str, Any]) -> dict[str, Any]:
    kept = "".join(mark if mark in {*letters, "\n"} else "." for mark in rows)
    return {"draw": kept, **{key: told for key, told in letters.items() if key in kept}}


def _draw_townships(rows: str, widths: tuple[int, ...], region: Region) -> None:
    signs = "".join(sign * width for sign, width in zip("TUVW", widths, strict=False))
    draw = "\n".join(signs for _ in rows.split())
    codes = {
        sign: {"code": f"{region.code}{number:03}"}
        for number, sign in enumerate("TUVW"[: len(widths)], start=1)
    }
    drawing.draw_layer("township", {"draw": draw, **codes}, region=region)


def draw_patch(
    rows: str, region: Region, *, batch: str = "2024Q1", period: str = "2024Q1", **told: Any
) -> Patch:
    """The patch of all cells (or of those marked P) in a batch of that period."""
    issued, _ = Batch.objects.get_or_create(
        code=batch,
        defaults={
            "source": "部", "ruleset": NAME, "period": period, "issued_on": told.pop("issued", DAY)
        },
    )  # fmt: skip
    told.pop("issued", None)
    marks = "".join("P" if mark not in ".\n " else mark for mark in rows)
    draw = rows if "P" in rows else marks
    dates = {"before_on": datetime.date(2024, 1, 1), "after_on": datetime.date(2024, 4, 1)}
    return drawing.draw_patch({"draw": draw, **dates, **told}, batch=issued, region=region)


def judge(*patches: Patch, at: datetime.datetime | None = None, rules: str = RULES) -> Run:
    """Classify and apply."""
    version = load_text(rules)
    run = classify([patch.pk for patch in patches], ruleset=version, as_of=DAY)
    return apply_run(run, at=at)


def query(**asked: Any) -> RatioQuery:
    counties = Region.objects.filter(level="county").values_list("pk", flat=True)
    return RatioQuery(**{"county_ids": tuple(counties), "ruleset": NAME, **asked})


def m2(row: RegionRatio) -> dict[str, int]:
    """The bands that hold something, in whole m2; they add up to all ground."""
    assert sum(band["area_m2"] for band in row.bands.values()) == row.area_m2
    return {code: round(band["area_m2"]) for code, band in row.bands.items() if band["patch_count"]}


def only(**asked: Any) -> RegionRatio:
    """The one row of a query."""
    (row,) = ratios(query(**asked))
    return row


def box(region: Region, west: float, south: float, east: float, north: float) -> MultiPolygon:
    """A drawn part, by columns and rows (of 10 m) from the drawing's lower left."""
    shift = drawing.place_of(region)
    plane = shapely.box(
        *(10 * number for number in (west, south)), *(10 * number for number in (east, north))
    )
    plane = affinity.translate(
        plane, drawing.ORIGIN_EAST + shift[0], drawing.ORIGIN_NORTH + shift[1]
    )
    return drawing.geographic(plane)


def link(later: Patch, earlier: Patch) -> PatchLink:
    """What the genealogy would find."""
    return PatchLink.objects.create(
        patch=later, earlier=earlier, kind="overlap", overlap_m2=1,
        share_of_patch=0.5, share_of_earlier=0.5,
    )  # fmt: skip


def word(**told: Any) -> facts.Word:
    """Somebody says it."""
    by = User.objects.filter(username="zhang").first() or make_user(
        "zhang", None, region_code=None, roles=("brigade",)
    )
    return facts.Word(by=by, on=told.pop("on", DAY), **told)


@contextmanager
def at(moment: str) -> Iterator[datetime.datetime]:
    """What is recorded within is recorded at that moment (2024-06-01T12:00, UTC)."""
    time = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC)
    with mock.patch.object(timezone, "now", return_value=time):
        yield time
