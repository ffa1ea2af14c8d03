"""The changes of a run as tables: by county and township, for the screen, a page and a machine."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles
from spatial.models import Region
from spatial.units import mu

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spatial.engine.compare import Changes, MarkChange, Move, PatchChange, Verdict

Table = dict[str, Any]


def tables_of(changes: Changes) -> list[Table]:
    """One table a county: moves by township and in all, marks, patches. Areas are Decimal, m²."""
    moves, marks, patches = (
        _by_county(rows) for rows in (changes.moves, changes.marks, changes.patches)
    )
    names = _townships({move.township for move in changes.moves if move.township})
    counties = Region.objects.filter(pk__in={*moves, *marks, *patches}).order_by("code", "pk")
    return [
        {
            "county": county.code,
            "county_name": county.name,
            "moves": _sum_moves(moves[county.pk]),
            "moved_m2": sum((move.area_m2 for move in moves[county.pk]), Decimal("0.00")),
            "moved_patches": len({move.patch_id for move in moves[county.pk]}),
            "townships": _by_township(moves[county.pk], names),
            "marks": _sum_marks(marks[county.pk]),
            "patches": [_patch(patch) for patch in patches[county.pk]],
        }
        for county in counties.defer("geom")
    ]


def _by_county(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.county_id].append(row)
    return found


def _townships(codes: set[str]) -> dict[str, str]:
    rows = sqlfiles.rows("engine/ratios/name_townships", {"codes": sorted(codes)})
    return {row["code"]: row["name"] for row in rows if row["name"]}


def _by_township(moves: list[Move], names: dict[str, str]) -> list[Table]:
    found: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        found[move.township].append(move)
    return [
        {
            "township": code,
            "township_name": names.get(code) or code or "未落在任何乡镇",
            "moves": _sum_moves(found[code]),
        }
        for code in sorted(found)
    ]


def _sum_moves(moves: list[Move]) -> list[Table]:
    """Area and patches from one conclusion to another, largest first."""
    areas: dict[tuple[Verdict, Verdict], Decimal] = defaultdict(Decimal)
    patches: dict[tuple[Verdict, Verdict], set[int]] = defaultdict(set)
    for move in moves:
        # two versions of a ruleset say the same by the same term
        key = (_bare(move.before), _bare(move.after))
        areas[key] += move.area_m2
        patches[key].add(move.patch_id)
    return [
        {
            "before": _verdict(before),
            "after": _verdict(after),
            "area_m2": area,
            "area_mu": mu(area),
            "patches": len(patches[before, after]),
        }
        for (before, after), area in sorted(
            areas.items(), key=lambda item: (-item[1], item[0][0].code, item[0][1].code)
        )
    ]


def _bare(verdict: Verdict) -> Verdict:
    return verdict._replace(ruleset=None)


def _verdict(verdict: Verdict) -> Table:
    return {"code": verdict.code, "class": verdict.rule_class, "term": verdict.term}


def _sum_marks(marks: list[MarkChange]) -> list[Table]:
    found: dict[tuple[str, str, str, str], list[MarkChange]] = defaultdict(list)
    for mark in marks:
        found[mark.code, mark.term, mark.before, mark.after].append(mark)
    return [
        {
            "code": code,
            "term": term,
            "before": before,
            "after": after,
            "patches": len(rows),
            "before_m2": sum((row.before_m2 for row in rows), Decimal("0.00")),
            "after_m2": sum((row.after_m2 for row in rows), Decimal("0.00")),
        }
        for (code, term, before, after), rows in found.items()
    ]


def _patch(patch: PatchChange) -> Table:
    return {
        "id": patch.patch_id,
        "address": patch.address,
        "before": _verdict(patch.before),
        "after": _verdict(patch.after),
        "area_m2": patch.area_m2,
        "area_mu": mu(patch.area_m2),
        "moved_m2": patch.moved_m2,
        "moved_mu": mu(patch.moved_m2),
    }


def lines_of(tables: list[Table]) -> Iterator[str]:
    """The tables as lines of text."""
    if not tables:
        yield "没有变化。"
    for county in tables:
        yield f"{county['county_name']}（{county['county']}）"
        for township in county["townships"]:
            yield f"  {township['township_name']}"
            for move in township["moves"]:
                yield (
                    f"    {move['before']['term']} → {move['after']['term']}  "
                    f"{move['area_mu']} 亩（{move['area_m2']} m²）  {move['patches']} 个图斑"
                )
        yield (
            f"  合计变动 {mu(county['moved_m2'])} 亩（{county['moved_m2']} m²），"
            f"{county['moved_patches']} 个图斑"
        )
        for mark in county["marks"]:
            yield (
                f"  涉及 {mark['term']}：{mark['before']} → {mark['after']}  "
                f"{mark['before_m2']} → {mark['after_m2']} m²  {mark['patches']} 个图斑"
            )
        for patch in county["patches"]:
            yield (
                f"  图斑 {patch['address']}  {patch['before']['term']} → "
                f"{patch['after']['term']}  变动 {patch['moved_mu']} 亩（{patch['moved_m2']} m²）"
            )
