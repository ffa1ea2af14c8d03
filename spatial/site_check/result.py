"""result: all that a site check says, once, for page, PDF, workbook, API and command. 检查结果

Nothing in it goes beyond the scope that it is asked for: neither ground of other counties, nor
lines that read a layer without the right to its verdict, nor records without the right to read.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from spatial import sqlfiles, units, vocabulary
from spatial.engine.classify import changes_since
from spatial.hidden import hidden_rules
from spatial.models.patch import Source
from spatial.scope import outside_note
from spatial.site_check import tables
from spatial.site_check.found import NOTHING, Found
from spatial.site_check.lines import CLEAR, HIT, lines

if TYPE_CHECKING:
    from spatial.hidden import RuleKey
    from spatial.models import RulesetVersion
    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

Row = dict[str, Any]
FORMAT, FORMAT_VERSION = "gisland.site-check", 1
UNSEEN = "无权查看，未列"


def result(site: SiteCheck, scope: Scope, *, look_for_changes: bool = False) -> Row:
    """What the check found, as far as the scope sees it.

    Areas are Decimals (m2); every table adds up to ``site.area_m2`` exactly. With
    ``look_for_changes`` also ``changed``: what changed in the data since, as a sentence.
    """
    found = Found(site, scope)
    told = lines(found)
    past, checks = _past(found)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "id": site.id,
        **_head(found),
        "purpose": _purpose(found.ruleset),
        "site": _site(found),
        "outside": _outside(found),
        "summary": _summary(told, found),
        "lines": told,
        "land": tables.land(found),
        "owners": tables.owners(found),
        "townships": tables.townships(found),
        "past": past,
        "earlier_checks": checks,
        "unchecked": _unchecked(found),
        "versions": _versions(found),
        "thresholds": _thresholds(found.ruleset),
        "changed": changes_since(found.run) if look_for_changes else None,
    }


def as_json(value: Any) -> Any:
    """The result as JSON holds it without loss: exact numbers as texts, dates in ISO form."""
    if isinstance(value, dict):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime.date) else value


def _head(found: Found) -> Row:
    patch, run = found.site.patch, found.run
    batch, told = patch.batch, found.site.told
    own = found.scope.unit_id is not None and batch.owner_id == found.scope.unit_id
    return {
        "code": batch.code,
        "address": patch.address,
        "title": batch.title,
        "as_of": run.as_of,
        "known_at": run.known_at,
        "checked_at": timezone.localtime(patch.created_at),
        "run": run.pk,
        "code_version": run.code_version,
        "by": told.get("by", ""),
        "unit": batch.owner.name if batch.owner else "",
        "own": own,
        "shared": batch.shared,
        "source_note": told.get("source_note", ""),
        "notes": told.get("notes", []),
        "delivered_crs": patch.delivered_crs,
    }


def _purpose(ruleset: RulesetVersion) -> Row:
    return {
        "code": ruleset.name,
        "title": ruleset.title,
        "version": ruleset.version,
        "sha256": ruleset.sha256,
    }


def _site(found: Found) -> Row:
    patch, total = found.site.patch, found.total_m2
    given = found.site.told.get("parcels", [])
    rows = [
        {
            "name": parcel["name"],
            "declared_m2": None
            if parcel["declared_m2"] is None
            else Decimal(parcel["declared_m2"]),
            **tables.measures(Decimal(parcel["area_m2"]), total),
        }
        for parcel in given
    ]
    whole = sum((row["area_m2"] for row in rows), NOTHING)
    declared = patch.declared_area_m2
    return {
        **tables.measures(total, total),
        "declared_m2": declared,
        "declared_off_m2": None if declared is None else total - declared,
        "parcels": rows,
        # common ground counts once, and each parcel is rounded by itself
        "parcels_off_m2": whole - total,
        "county": found.home.name,
        "county_code": found.home.code,
        "meridian": found.home.central_meridian,
        "bounds": list(patch.geom.extent),
        "points": patch.geom.num_coords,
        "ignored_count": found.assessment.ignored_count,
        "ignored_m2": found.assessment.ignored_m2,
        "on_grid": found.assessment.fallback,
    }


def _outside(found: Found) -> Row:
    area = found.outside_m2
    return {
        **tables.measures(area, found.total_m2),
        "said": outside_note(area) if area else "",
    }


def _summary(told: list[Row], found: Found) -> Row:
    hit = [row for row in told if row["answer"] == HIT]
    clear = [row for row in told if row["answer"] == CLEAR]
    doubtful = [row for row in told if row["answer"] not in (HIT, CLEAR)]
    parts = []
    if hit:
        parts.append(f"涉及 {len(hit)} 项：{'、'.join(row['term'] for row in hit)}")
    if clear:
        parts.append(f"不涉及 {len(clear)} 项")
    if doubtful:
        parts.append(f"不能答 {len(doubtful)} 项：{'、'.join(row['term'] for row in doubtful)}")
    if found.outside_m2:
        parts.append(outside_note(found.outside_m2))
    if len(found.lines) < len(found.marks):
        parts.append(f"{len(found.marks) - len(found.lines)} 项{UNSEEN}")
    return {
        "hit": [row["code"] for row in hit],
        "clear": [row["code"] for row in clear],
        "doubtful": [row["code"] for row in doubtful],
        "said": "；".join(parts) + "。",
    }


def _past(found: Found) -> tuple[list[Row], list[Row]]:
    """Patches of the past and earlier site checks on the ground."""
    if found.outside_m2 == found.total_m2:
        return [], []
    rows = sqlfiles.rows(
        "site_check/20_list_past",
        {
            "patch_id": found.site.id,
            "county_ids": list(found.scope.county_ids),
            "unit_id": found.scope.unit_id,
        },
    )
    hidden = hidden_rules(found.scope)
    told = [_past_row(found, row, hidden) for row in rows if row["common_m2"] > 0]
    return (
        [row for row in told if row["source"] != Source.SITE],
        [row for row in told if row["source"] == Source.SITE],
    )


def _past_row(found: Found, row: Row, hidden: frozenset[RuleKey]) -> Row:
    rule = (row["ruleset_id"], "conclude", row["label_code"])
    seen = rule not in hidden
    label = row["label_term"] if seen else "无权查看该项"
    return {
        "id": row["id"],
        "address": f"{row['batch']}/{row['county']}/{row['jcbh']}",
        "jcbh": row["jcbh"],
        "batch": row["batch"],
        "batch_title": row["batch_title"],
        "source": row["source"],
        "source_term": vocabulary.source_term(row["source"]),
        "ruleset": row["ruleset"],
        "issued_on": row["issued_on"],
        "before_on": row["before_on"],
        "after_on": row["after_on"],
        "area_m2": row["area_m2"],
        "label": label or "尚未评定",
        "label_class": row["label_class"] if seen else "",
        "common_m2": row["common_m2"],
        "common_mu": units.mu(row["common_m2"]),
        "common_share": row["common_m2"] / found.total_m2,
    }


def _unchecked(found: Found) -> list[Row]:
    """What this check does not say, each with a kind and a sentence."""
    told = []
    if found.outside_m2:
        told.append({"kind": "outside", "said": outside_note(found.outside_m2)})
    seen = set(found.scope.layers("verdict"))
    for code in found.leaf_layers:
        if code not in seen:
            told.append({"kind": "unseen", "said": f"{found.layers[code].term}：{UNSEEN}"})
            continue
        for one in found.dated.get(code, []):
            term, county = found.layers[code].term, found.counties[one.county_id].name
            if one.state == "missing":
                told.append({"kind": "missing", "said": f"{county}没有{term}数据"})
            elif one.state == "expired":
                until = one.version.valid_until if one.version else ""
                told.append({"kind": "expired", "said": f"{county}{term}数据已于 {until} 到期"})
            elif one.state == "old" and one.version:
                said = f"{county}{term}只有 {one.version.valid_from} 版，新一年成果未导入"
                told.append({"kind": "old", "said": said})
    names = {county.name for county in found.counties.values()}
    told += [
        {
            "kind": "partly",
            "said": f"{gap['county']}{gap['term']}未覆盖 {Decimal(gap['m2']):,.2f} m²",
        }
        for gap in found.assessment.gaps
        if gap.get("m2") and gap["layer"] in seen and gap["county"] in names
    ]
    read = {*found.leaf_layers, "township"}
    others = [layer.term for layer in found.layers.values() if layer.code not in read]
    if others:
        told.append({"kind": "not_asked", "said": f"本用途不查：{'、'.join(others)}"})
    return told


def _versions(found: Found) -> list[Row]:
    """By which versions the lines were answered, those that are missing too."""
    seen = set(found.scope.layers("verdict"))
    told = []
    for code, rows in found.dated.items():
        if code not in seen:
            continue
        for one in rows:
            version = one.version
            told.append(
                {
                    "layer": code,
                    "layer_term": found.layers[code].term,
                    "county": found.counties[one.county_id].name,
                    "county_code": found.counties[one.county_id].code,
                    "state": one.state,
                    "version": version.pk if version else None,
                    "valid_from": version.valid_from if version else None,
                    "valid_until": version.valid_until if version else None,
                    "activated_at": version.activated_at if version else None,
                    "source": version.source_name if version else "",
                    "sha256": version.source_sha256 if version else "",
                    "zones": version.zone_count if version else 0,
                    "declared_by": version.declared_by if version else "",
                }
            )
    return told


def _thresholds(ruleset: RulesetVersion) -> Row:
    """What counts as touching, as sliver and as near, by the ruleset."""
    settings = ruleset.settings
    return {
        name: settings[name]
        for name in ("sliver", "borderline", "label_at_least", "adjoin_m", "needs")
        if settings.get(name)
    }
