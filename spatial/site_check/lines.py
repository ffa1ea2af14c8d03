"""The control lines of a purpose, each answered: 涉及, 不涉及, 无数据或已过期. 管控线

The same sums as the engine's marks (sql/engine/judge/93_store_marks.sql), but of the ground within
the user's counties alone; where that is all of the site, they are the stored marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import units, vocabulary
from spatial.engine.gaps import all_said
from spatial.scope import outside_note
from spatial.site_check import words
from spatial.site_check.features import add_nearest, touched
from spatial.site_check.found import (
    NOTHING,
    Found,
    Part,
    layers_of,
    places_of,
    renewed_months,
)  # fmt: skip

if TYPE_CHECKING:
    from spatial.models import Rule

Row = dict[str, Any]
HIT, CLEAR, NO_DATA, EXPIRED, INSIDE_ONLY = "hit", "clear", "no_data", "expired", "inside_only"


@dataclass(frozen=True)
class Measured:
    """How the site's ground within the scope divides by one line."""

    yes: list[Part]
    unknown: list[Part]
    area_m2: Decimal
    """As the rule measures: net of 田坎 where it says so."""
    gross_m2: Decimal
    unknown_m2: Decimal
    answer: bool | None


def measured(found: Found, rule: Rule) -> Measured:
    """The line's ground: what surely counts, what may, and the answer; worked out once."""
    if rule.pk not in found.sums:
        found.sums[rule.pk] = _measured(found, rule)
    known: Measured = found.sums[rule.pk]
    return known


def _measured(found: Found, rule: Rule) -> Measured:
    answer: bool | None
    if not rule.part:  # a mark that tests the patch and measures nothing
        stored = found.assessment.marks.filter(code=rule.code).first()
        answer = None if stored is None else stored.answer
        return Measured([], [], NOTHING, NOTHING, NOTHING, answer)
    yes, unknown, area, doubtful = [], [], NOTHING, NOTHING
    places = places_of(rule)
    net = _is_net(rule)
    for part in found.parts:
        holds = _holds(places, part, net=net)
        if holds is False:
            continue
        counted = _net_m2(places, part) if net else part.area_m2
        if holds:
            yes.append(part)
            area += counted
        else:
            unknown.append(part)
            doubtful += counted
    floor = floor_of(rule)
    if area >= floor and area > 0:
        answer = True
    elif doubtful > 0 and area + doubtful >= floor:
        answer = None
    else:
        answer = False
    gross = sum((part.area_m2 for part in yes), NOTHING)
    return Measured(yes, unknown, area, gross, doubtful, answer)


def floor_of(rule: Rule) -> Decimal:
    """From how many m2 the line counts as touched."""
    return Decimal(str((rule.part or {}).get("at_least_m2") or 0))


def _is_net(rule: Rule) -> bool:
    return bool((rule.part or {}).get("net"))


def _holds(places: list[tuple[str, str]], part: Part, *, net: bool) -> bool | None:
    doubt = False
    for relation, code in places:
        row = part.notions.get(code)
        if relation == "inside":
            if row is None:
                return False
            doubt |= row.answer is None or (net and row.net_unknown)
        elif relation == "outside" and row is not None:
            if row.answer:
                return False
            doubt = True
    return None if doubt else True


def _net_m2(places: list[tuple[str, str]], part: Part) -> Decimal:
    rows = (part.notions.get(code) for _, code in places)
    nets = [row.net_m2 for row in rows if row is not None and row.net_m2 is not None]
    return min(nets, default=part.area_m2)


def lines(found: Found) -> list[Row]:
    """Every line that the user may see, in the purpose's order."""
    told = [_line(found, rule) for rule in found.lines]
    answers = (CLEAR, INSIDE_ONLY, EXPIRED)
    add_nearest(found, [row for row in told if row["answer"] in answers])
    return told


def _line(found: Found, rule: Rule) -> Row:
    sums = measured(found, rule)
    codes = layers_of(rule)
    versions = [one for code in codes for one in found.dated.get(code, [])]
    old = [one for one in versions if one.state == "old"]
    expired = [one for one in versions if one.state == "expired"]
    answer = _answer(sums, bool(old), bool(expired), found.outside_m2)
    style = vocabulary.mark_style(rule.code)
    relation = next((place.relation for place in rule.places.all()), "")
    share = sums.area_m2 / found.total_m2
    told: Row = {
        "code": rule.code,
        "term": rule.term,
        "severity": rule.severity,
        "severity_term": words.severity_term(rule.severity),
        "colour": style["colour"],
        "icon": style["icon"],
        "relation": relation,
        "net": _is_net(rule),
        "answer": answer,
        "answer_term": words.answer_term(answer),
        "area_m2": sums.area_m2,
        "mu": units.mu(sums.area_m2),
        "ha": units.hectares(sums.area_m2),
        "share": share,
        "share_said": units.percent(share),
        "gross_m2": sums.gross_m2,
        "unknown_m2": sums.unknown_m2,
        "outside_m2": found.outside_m2,
        "outside": outside_note(found.outside_m2) if found.outside_m2 else "",
        "threshold_m2": floor_of(rule),
        "basis": rule.source,
        "why": _why(rule, sums),
        "dated": [_dated_note(found, one) for one in (*old, *expired)],
        "layers": [{"code": code, "term": found.layers[code].term} for code in codes],
        "versions": [one.version.pk for one in versions if one.version is not None],
        "piece_ids": [part.pk for part in sums.yes],
        "nearest": None,
        **touched(found, rule, sums.yes),
    }
    return {**told, "said": _said(told)}


def _answer(sums: Measured, old: bool, expired: bool, outside_m2: Decimal) -> str:  # noqa: FBT001
    if sums.answer is True:
        return HIT
    if sums.answer is None:
        return EXPIRED if expired else NO_DATA
    if old:
        return EXPIRED
    return INSIDE_ONLY if outside_m2 else CLEAR


def _why(rule: Rule, sums: Measured) -> list[str]:
    """What is missing where the answer is in doubt."""
    rows = [
        row
        for part in sums.unknown
        for place in rule.places.all()
        if (row := part.notions.get(place.notion.code)) is not None
    ]
    told = all_said([gap for row in rows for gap in row.why])
    if any(row.net_unknown and _is_net(rule) for row in rows):
        told.append("没有交付田坎系数，净面积不明")
    return told


def _dated_note(found: Found, one: Any) -> str:
    term, county = found.layers[one.layer].term, found.counties[one.county_id].name
    if one.state == "expired":
        return f"{county}{term}数据已于 {one.version.valid_until} 到期，没有后续版本"
    months = renewed_months(one.layer)
    return (
        f"{county}{term}为 {one.version.valid_from} 版，至 {found.run.as_of} 已超过更新周期"
        f"（{months} 个月）"
    )


def _said(line: Row) -> str:
    """The answer as a sentence of an extract."""
    kind = "净面积" if line["net"] else ""
    measure = (
        f"{kind} {line['area_m2']:,.2f} m²（{line['mu']:,.2f} 亩、{line['ha']:,.4f} ha，"
        f"占 {line['share_said']}）"
    )
    told = [line["answer_term"]]
    if line["answer"] == HIT:
        told = [f"{line['answer_term']} {measure.strip()}" if line["area_m2"] else "涉及"]
        if line["unknown_m2"]:
            told.append(f"另有 {line['unknown_m2']:,.2f} m² 不能判断：{'、'.join(line['why'])}")
    elif line["answer"] in (NO_DATA, EXPIRED):
        if line["unknown_m2"]:
            told.append(f"{line['unknown_m2']:,.2f} m² 不能判断：{'、'.join(line['why'])}")
        elif line["answer"] == EXPIRED:
            told.append("按该版未见涉及，不能据以答不涉及")
        if line["area_m2"]:
            told.append(f"已知部分 {measure.strip()}")
    elif line["area_m2"]:
        told.append(f"{measure.strip()}，不足 {line['threshold_m2']} m²")
    told += line["dated"]
    if line["outside"]:
        told.append(line["outside"])
    return "；".join(told)
