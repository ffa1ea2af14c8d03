"""What a draft prints of one case: as its page and the register say it, or nothing. 文书字段"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gisland.casework import checklist
from gisland.casework.findings import ILLEGAL, UNSETTLED, findings_of
from gisland.casework.models import Evidence
from gisland.casework.process import process
from gisland.pages import review_register
from spatial import units, vocabulary
from spatial.engine.ratio_query import RatioQuery
from spatial.engine.ratio_stages import stages_of_patches
from spatial.errors import NotAllowed
from spatial.hidden import hidden_rules
from spatial.models import Determination, FieldResult, Rule

if TYPE_CHECKING:
    import datetime

    from gisland.casework.findings import Finding
    from gisland.casework.models import Case
    from spatial.models import Assessment, Holder
    from spatial.scope import Scope

    Row = dict[str, Any]


def fields_of(scope: Scope, case: Case, made_on: datetime.date) -> Row:
    """The fields and lists of papers.toml for a case; what is not known is left out.

    Raises NotAllowed where a conclusion rests on a layer that the reader may not see.
    """
    patch = case.patch
    finding = findings_of([patch.pk])[patch.pk]
    current = patch.assessments.filter(is_current=True).select_related("run__ruleset").first()
    hidden = {ruleset for ruleset, action, _ in hidden_rules(scope) if action == "conclude"}
    if current is not None and current.run.ruleset_id in hidden:
        raise NotAllowed("判定用到您无权查看的图层，不能起草文书。请联系系统管理员。")
    row = review_register.rows_of(scope, [patch.pk])[0]
    states = process().states
    west, south, east, north = patch.geom.extent
    return {
        **{key: row[key] for key in ("jcbh", "batch", "source", "county", "township", "land",
                                     "kind", "project")},
        "address": patch.address,
        "before_on": row["before"],
        "after_on": row["after"],
        "issued_on": patch.batch.issued_on,
        "centre": f"{(west + east) / 2:.6f}，{(south + north) / 2:.6f}（CGCS2000）",
        "area_mu": units.mu(patch.area_m2),
        "area_m2": patch.area_m2,
        "proposal": row["label"],
        **_decided(case, current, finding),
        **_illegal(scope, case, finding),
        **_subject(current, patch.holder),
        "unit": case.unit,
        "officer": case.officer,
        **_surveyed(case),
        "report_state": states[case.report_state].term,
        "handling_state": states[case.handling_state].term,
        "made_on": made_on,
        "parts": _parts(current, finding),
        "papers": _papers(case),
        "lacks": [{"text": item.text} for item in checklist.items_for(case, finding)
                  if not item.met],
    }  # fmt: skip


def footer_of(
    scope: Scope, case: Case, *, template: str, by: str, made_on: datetime.date
) -> list[str]:
    """On what a draft rests, for the foot of each of its pages."""
    lines = [f"案件 {case.patch.address}　第 {case.events} 条记录　模板 {template}　{by} {made_on}"]
    current = case.patch.assessments.filter(is_current=True).select_related("run__ruleset").first()
    if current is None:
        return lines
    run = current.run
    pins = run.pins.filter(
        version__region=case.patch.region_id, version__layer__in=scope.layers("verdict")
    )
    numbers = "、".join(map(str, pins.order_by("version").values_list("version", flat=True)))
    lines.append(
        f"规则 {run.ruleset.title} {run.ruleset.version}　截至 {run.as_of}　"
        f"分析 {run.pk}　数据版本 {numbers or '—'}"
    )
    return lines


def _terms(current: Assessment | None) -> dict[str, Rule]:
    if current is None:
        return {}
    rules = Rule.objects.filter(ruleset=current.run.ruleset_id, action="conclude")
    return {rule.code: rule for rule in rules}


def _decided(case: Case, current: Assessment | None, finding: Finding) -> Row:
    """What people said the ground is, and the articles that the offences among it break."""
    rules = _terms(current)
    codes = sorted(finding.by_code, key=lambda key: (key[1] != ILLEGAL, -finding.by_code[key]))
    wanted = [key for key in codes if key[1] == ILLEGAL] or codes
    named = [rules[code].term for code, _ in wanted if code in rules]
    broken = [rules[code].source for code, one in codes if one == ILLEGAL and code in rules]
    newest = (
        Determination.objects.filter(patch=case.patch_id, withdrawn=False)
        .filter(superseded_by__isnull=True)
        .select_related("by")
        .order_by("-recorded_at", "-pk")
        .first()
    )
    return {
        "conclusion": "、".join(dict.fromkeys(named)),
        "violated": "；".join(dict.fromkeys(filter(None, broken))),
        "decided_on": newest.on if newest else None,
        "decided_by": newest.by if newest else None,
    }


def _illegal(scope: Scope, case: Case, finding: Finding) -> Row:
    """The illegal ground as on the case page. What of it is cultivated or basic farmland comes
    from the count of the register, and only where both mean the same ground."""
    if not finding.illegal_m2:
        return {}
    told: Row = {"illegal_mu": units.mu(finding.illegal_m2), "illegal_m2": finding.illegal_m2}
    query = RatioQuery(
        county_ids=scope.county_ids, ruleset=case.patch.batch.ruleset, basis="decided"
    )
    counted = stages_of_patches(query, [case.patch_id]).get(case.patch_id, {}).get(ILLEGAL)
    if counted is None or abs(counted["area_m2"] - finding.illegal_m2) > Decimal("0.05"):
        return told
    if counted["doubtful_m2"]:
        return told
    told["illegal_cultivated_mu"] = units.mu(counted["cultivated_m2"])
    if scope.may("verdict", "basic_farmland"):
        told["illegal_farm_mu"] = units.mu(counted["basic_farm_m2"])
    return told


def _subject(current: Assessment | None, holder: Holder | None) -> Row:
    """The unit by its registered name. One without a code may be a natural person: left blank."""
    found = holder or (current.subject if current else None)
    if found is None or not found.code:
        return {}
    return {"subject": found.name, "subject_code": found.code}


def _surveyed(case: Case) -> Row:
    found = (
        FieldResult.objects.filter(patch=case.patch_id, withdrawn=False)
        .filter(superseded_by__isnull=True)
        .order_by("-recorded_at", "-pk")
        .first()
    )
    return {"field_result": found.result, "surveyed_on": found.on} if found else {}


def _parts(current: Assessment | None, finding: Finding) -> list[Row]:
    rules = _terms(current)
    return [
        {
            "conclusion": rules[code].term if code in rules else code,
            "class": vocabulary.class_term(one) if one else "",
            "mu": units.mu(area),
            "m2": area,
        }
        for (code, one), area in sorted(
            finding.by_code.items(), key=lambda item: (item[0][1] in UNSETTLED, -item[1])
        )
    ]


def _papers(case: Case) -> list[Row]:
    kinds = process().papers
    found = Evidence.objects.filter(
        case=case, withdrawn=False, replaced_by__isnull=True, paper__in=list(kinds)
    )
    return [
        {
            "kind": kinds[one.paper].term,
            "number": one.number,
            "dated_on": one.dated_on,
            "mu": units.mu(one.area_m2) if one.area_m2 else "—",
        }
        for one in found.order_by("dated_on", "pk")
    ]
