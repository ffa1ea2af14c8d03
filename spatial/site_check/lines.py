"""The control lines of a purpose, each answered: 涉及, 不涉及, 无数据或已过期. 管控线

The same sums as the engine's marks (sql/engine/judge/93_store_marks.sql), but of the ground within
the user's counties alone; where that is all of the site, they are the stored marks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, units, vocabulary
from spatial.dates import said_date
from spatial.engine.gaps import all_said
from spatial.models import Zone
from spatial.scope import outside_note
from spatial.site_check import words
from spatial.site_check.found import NOTHING, Found, Part, layers_of, leaves_of, renewed_months

if TYPE_CHECKING:
    from spatial.models import Rule

Row = dict[str, Any]
HIT, CLEAR, NO_DATA, EXPIRED, INSIDE_ONLY = "hit", "clear", "no_data", "expired", "inside_only"
NEAR_M = 500
"""How far around a site the nearest ground of a line that it does not touch is looked for."""


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
    """The line's ground: what surely counts, what may, and the answer."""
    if not rule.part:  # a mark that tests the patch and measures nothing
        stored = found.assessment.marks.filter(code=rule.code).first()
        return Measured([], [], NOTHING, NOTHING, NOTHING, stored and stored.answer)
    yes, unknown, area, doubtful = [], [], NOTHING, NOTHING
    for part in found.parts:
        holds = _holds(rule, part)
        if holds is False:
            continue
        counted = _counted(rule, part)
        if holds:
            yes.append(part)
            area += counted
        else:
            unknown.append(part)
            doubtful += counted
    floor = floor_of(rule)
    if area >= floor and area > 0:
        answer: bool | None = True
    elif doubtful > 0 and area + doubtful >= floor:
        answer = None
    else:
        answer = False
    gross = sum((part.area_m2 for part in yes), NOTHING)
    return Measured(yes, unknown, area, gross, doubtful, answer)


def floor_of(rule: Rule) -> Decimal:
    """From how many m2 the line counts as touched."""
    return Decimal(str((rule.part or {}).get("at_least_m2") or 0))


def _holds(rule: Rule, part: Part) -> bool | None:
    doubt = False
    for place in rule.places.all():
        row = part.notions.get(place.notion.code)
        if place.relation == "inside":
            if row is None:
                return False
            doubt |= row.answer is None or bool(rule.part.get("net") and row.net_unknown)
        elif place.relation == "outside" and row is not None:
            if row.answer:
                return False
            doubt = True
    return None if doubt else True


def _counted(rule: Rule, part: Part) -> Decimal:
    if not rule.part.get("net"):
        return part.area_m2
    rows = (part.notions.get(place.notion.code) for place in rule.places.all())
    nets = [row.net_m2 for row in rows if row is not None and row.net_m2 is not None]
    return min(nets, default=part.area_m2)


def lines(found: Found) -> list[Row]:
    """Every line that the user may see, in the purpose's order."""
    told = [_line(found, rule) for rule in found.lines]
    _add_nearest(found, told)
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
        "net": bool((rule.part or {}).get("net")),
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
        **_features(found, rule, sums),
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
    if any(row.net_unknown and rule.part.get("net") for row in rows):
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


def _features(found: Found, rule: Rule, sums: Measured) -> Row:
    """The records touched, the largest first, where the user may read them."""
    codes = set(layers_of(rule))
    readable = {code for code in codes if found.scope.may("identify", code)}
    areas: dict[int, Decimal] = defaultdict(Decimal)
    for part in sums.yes:
        sources = {
            source
            for place in rule.places.all()
            if place.relation == "inside" and (row := part.notions.get(place.notion.code))
            for source in row.zones
        }
        for code in readable:
            for number in part.zones.get(code, []):
                zone = found.zones.get(number)
                if zone is not None and (not sources or zone.source_id in sources):
                    areas[number] += part.area_m2
    rows = [feature(found, found.zones[number], area) for number, area in areas.items()]
    rows.sort(key=lambda row: (-row["area_m2"], row["id"]))
    return {"features": rows, "features_hidden": bool(sums.yes and codes - readable)}


def feature(found: Found, zone: Zone, area: Decimal | None = None) -> Row:
    """A source record in the office's words."""
    told = zone.attributes
    layer = found.layers[zone.layer_id]
    named = str(told.get("class") or "")
    if zone.layer_id == "land_use":
        title = f"{zone.code} {vocabulary.land_use_term(zone.code)}"
    elif zone.document is not None:
        title = zone.document.number
    else:
        title = zone.name or vocabulary.land_use_term(named) or zone.code or zone.source_id
    return {
        "id": zone.pk,
        "layer": layer.code,
        "layer_term": layer.term,
        "title": title,
        "code": zone.code,
        "source_id": zone.source_id,
        "class": vocabulary.land_use_term(named) if named else "",
        "document": zone.document.number if zone.document else "",
        "holder": zone.holder.name if zone.holder else "",
        "dates": {
            name: said_date(told[name])
            for name in ("approved_on", "valid_until", "revoked_on")
            if told.get(name)
        },
        "version": zone.version_id,
        "row": zone.source_row,
        "area_m2": area,
        "mu": None if area is None else units.mu(area),
    }


def _add_nearest(found: Found, told: list[Row]) -> None:
    """Beside each line that the site does not touch, how near its nearest ground lies."""
    clear = {row["code"]: row for row in told if row["answer"] in (CLEAR, INSIDE_ONLY, EXPIRED)}
    wanted: dict[str, list[str]] = {}
    layers: set[str] = set()
    for rule in found.lines:
        if rule.code not in clear or clear[rule.code]["relation"] != "inside":
            continue
        leaves = [leaf for place in rule.places.all() for leaf in leaves_of(place.notion)]
        wanted[rule.code] = [leaf.code for leaf in leaves if leaf.layer_id]
        layers |= {leaf.layer_id for leaf in leaves if leaf.layer_id}
    versions = [
        one.version.pk
        for code in layers
        for one in found.dated.get(code, [])
        if one.version is not None and one.state in ("counted", "old")
    ]
    if not versions:
        return
    rows = sqlfiles.rows(
        "site_check/40_measure_near",
        {
            "assessment_id": found.assessment.pk,
            "codes": sorted({code for codes in wanted.values() for code in codes}),
            "version_ids": versions,
            "near_m": NEAR_M,
        },
    )
    by_code = {row["code"]: row for row in rows}
    zones = Zone.objects.select_related("document", "holder").defer("geom", "delivered")
    for code, leaves in wanted.items():
        near = min(
            (by_code[leaf] for leaf in leaves if leaf in by_code),
            key=lambda row: row["distance_m"],
            default=None,
        )
        if near is None:
            continue
        zone = zones.get(pk=near["zone_id"])
        readable = found.scope.may("identify", zone.layer_id)
        clear[code]["nearest"] = {
            "distance_m": near["distance_m"],
            "feature": feature(found, zone) if readable else None,
        }
