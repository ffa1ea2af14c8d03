"""Which patches are touched by what changed since they were judged, and by what.

Touched is sound: a patch that is not touched would be judged just as it stands (conclusions, marks,
label, gaps). It is found from the change to the ground: from zones that differ, by the index on
the patches, never by going through all zones. Besides data, another version of the ruleset and,
where the ruleset asks for it, another day touch a patch.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from spatial import sqlfiles
from spatial.engine import reads, selection
from spatial.models import DatasetVersion

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Sequence

    from spatial.models import RulesetVersion, Run
    from spatial.sqlfiles import Row

FEW_PATCHES = 1000
"""Up to so many, what lies near them is looked for from the patches."""

MOVES = {
    (True, False): "新增",
    (False, True): "撤回",
    (True, True): "变更",
    (False, False): "变更",
}
"""By whether rows were opened and closed: what happened to a paper."""


@dataclass(frozen=True)
class Cause:
    """One change, in the office's words, with the patches that it touches."""

    kind: str
    said: str
    layer: str | None
    county: str | None
    patch_ids: tuple[int, ...]

    def __str__(self) -> str:
        """As on the screen: 批准 示自然资〔2025〕9号 新增 → 3 个图斑."""
        return f"{self.said} → {len(self.patch_ids)} 个图斑"

    def as_json(self) -> dict[str, Any]:
        """For a machine, and for the scope of a run."""
        return {
            "kind": self.kind,
            "said": self.said,
            "layer": self.layer,
            "county": self.county,
            "patches": len(self.patch_ids),
        }


@dataclass(frozen=True)
class Touched:
    """What changed, and what it touches."""

    causes: tuple[Cause, ...]

    @property
    def patch_ids(self) -> list[int]:
        """Every touched patch once, in order."""
        return sorted({patch for cause in self.causes for patch in cause.patch_ids})

    @property
    def reasons(self) -> dict[int, list[str]]:
        """For each touched patch, what touches it."""
        found: dict[int, list[str]] = defaultdict(list)
        for cause in self.causes:
            for patch in cause.patch_ids:
                found[patch].append(cause.said)
        return dict(found)

    def within(self, patch_ids: Collection[int]) -> Touched:
        """The same with these patches only, and without causes that touch none of them."""
        kept = (
            replace(cause, patch_ids=tuple(pk for pk in cause.patch_ids if pk in patch_ids))
            for cause in self.causes
        )
        return Touched(tuple(cause for cause in kept if cause.patch_ids))

    def __bool__(self) -> bool:
        """Whether anything is touched."""
        return bool(self.causes)


def touched_patches(
    ruleset: RulesetVersion,
    patch_ids: Sequence[int] | None = None,
    *,
    as_of: datetime.date,
    until: datetime.datetime,
) -> Touched:
    """Of these patches those that must be judged anew, as known at ``until``, and why.

    Each is compared with what its current assessment knew. Without ids it is asked of all issued
    patches of the ruleset: where only rows of ledgers and facts changed, the search begins at
    these, and takes as long as they are many, not as long as there are patches.
    """
    return _find(ruleset, None if patch_ids is None else list(patch_ids), None, as_of, until)


def touched_since(run: Run, until: datetime.datetime) -> Touched:
    """Of the patches of a run those touched by what changed after its known_at."""
    ids = list(run.assessments.values_list("patch_id", flat=True))
    return _find(run.ruleset, ids, run, run.as_of, until)


@transaction.atomic
def _find(
    ruleset: RulesetVersion,
    patch_ids: list[int] | None,
    run: Run | None,
    as_of: datetime.date,
    until: datetime.datetime,
) -> Touched:
    params = _params(ruleset, run, as_of, until)
    grouped = bool(ruleset.settings.get("groups"))
    if patch_ids is None and (patch_ids := _choose(params, grouped=grouped)) is not None:
        pairs = 0
        _list_patches(params, patch_ids)
    else:
        if patch_ids is None:
            patch_ids = selection.patches_of_ruleset(ruleset.name)
        pairs = _compare_versions(params, patch_ids)
    few = len(patch_ids) <= FEW_PATCHES
    _run("51_find_places_of_few" if few else "50_find_places", params)
    _run("60_touch_ground", params)
    if pairs:
        _run("61_spare_same_ground", params)
        _run("65_touch_counties", params)
    if grouped:
        _run("70_touch_holders_by_zones", params)
        if pairs:
            _run("71_touch_holders_by_counties", params)
        if params["limit_layers"]:
            _run("72_touch_holders_by_limits", params)
        _run("75_find_new_users", params)
        _run("76_touch_holders_by_patches", params)
    rows = sqlfiles.rows("engine/touched/90_list_causes", {"until": until})
    _run("01_drop", params)
    return Touched(_causes(rows))


def _params(
    ruleset: RulesetVersion, run: Run | None, as_of: datetime.date, until: datetime.datetime
) -> dict[str, Any]:
    """Values that the statements name."""
    subjects, reach = reads.subject_layers(ruleset), reads.reach_of_layers(ruleset)
    everywhere, limits = reads.layers_everywhere(ruleset), reads.limit_layers(ruleset)
    return {
        "run_id": run.pk if run else None,
        "ruleset_id": ruleset.pk,
        "ruleset": ruleset.name,
        "as_of": as_of,
        "until": until,
        "reads_as_of": reads.reads_as_of(ruleset),
        "layers": reads.layers_read(ruleset),
        "dated_layers": [*subjects, *reads.fact_layers(ruleset), *everywhere],
        "summed_layers": everywhere,
        "subject_layers": subjects,
        "subject_versions": _versions_of(subjects),
        "limit_layers": limits,
        "used_versions": _versions_of(reads.group_layers(ruleset)) if limits else [],
        "reach": json.dumps(reach),
        "reach_m": max(reach.values(), default=0.0),
    }


def _choose(params: dict[str, Any], *, grouped: bool) -> list[int] | None:
    """The few of all patches that changes may touch; None where versions changed, which may touch
    any. Fills what _compare_versions does, but for the patches."""
    _run("01_drop", params)
    _run("02_list_runs", params)
    if _run("20_find_moved", params):
        return None
    _run("31_pair_nothing", params)
    _name_zones(params)
    _run("42_choose_patches", params)
    if grouped:
        _run("43_choose_patches_of_users", params)
    return [row["patch_id"] for row in sqlfiles.rows("engine/touched/44_list_choice")]


def _list_patches(params: dict[str, Any], patch_ids: list[int]) -> None:
    params["patch_ids"] = patch_ids
    for step in ("10_list_patches", "11_key_patches", "15_touch_patches"):
        _run(step, params)


def _compare_versions(params: dict[str, Any], patch_ids: list[int]) -> int:
    """List the patches and what changed for them; returns how many pairs of versions differ."""
    _run("01_drop", params)
    _list_patches(params, patch_ids)
    _run("12_list_runs_of_patches", params)
    _run("20_find_moved", params)
    pairs = _run("30_pair_versions", params)
    _name_zones(params)
    return pairs


def _name_zones(params: dict[str, Any]) -> None:
    _run("40_find_changed_zones", params)
    found = sqlfiles.rows("engine/touched/41_name_versions")
    params["version_ids"] = [row["version_id"] for row in found]


def _run(step: str, params: dict[str, Any]) -> int:
    """One statement, with its tables analysed: the next one is planned by what is there."""
    name = f"engine/touched/{step}"
    rows = sqlfiles.execute(name, params)
    if step.startswith(("11", "40", "50", "51")):
        for table in sqlfiles.written_tables(name):
            sqlfiles.analyze(table)
    return rows


def _versions_of(layers: list[str]) -> list[int]:
    found = DatasetVersion.objects.filter(layer__in=layers, status__in=("active", "retired"))
    return list(found.order_by("pk").values_list("pk", flat=True))


def _causes(rows: list[Row]) -> tuple[Cause, ...]:
    """In words, in the order of _SAID; a paper in several counties is told apart by county."""
    rows = sorted(rows, key=lambda row: list(_SAID).index(row["kind"]))
    said = [_SAID[row["kind"]](row) for row in rows]
    often = Counter(said)
    return tuple(
        Cause(
            kind=row["kind"],
            said=f"{words}（{row['county_name']}）"
            if often[words] > 1 and row["county_name"]
            else words,
            layer=row["layer_id"],
            county=row["county"],
            patch_ids=tuple(row["patch_ids"]),
        )
        for row, words in zip(rows, said, strict=True)
    )


def _said_version(row: Row) -> str:
    """A snapshot: which version of which county came, went, or took another's place."""
    place = f"{row['layer']} {row['county_name']}"
    was, new = row["was_from"], row["now_from"]
    if row["now_id"] is None:
        return f"{place} {was} 版停用" if was else f"{place} 台账停用"
    if row["declared_empty"]:
        return f"{place} 声明无数据"
    if row["was_id"] is None:
        return f"{place} {new} 版启用"
    return f"{place} {was} 版改为 {new} 版" if was != new else f"{place} {new} 版更换"


def _said_whole(row: Row) -> str:
    """A layer that came or went whole; a ledger has no date."""
    if row["was_from"] is None and row["now_from"] is None:
        return f"{row['layer']} {row['county_name']} 数据有无发生变化"
    return _said_version(row)


def _said_row(row: Row) -> str:
    return f"{row['layer']} {row['row_name']} {MOVES[row['opened'], row['closed']]}"


def _said_holder_zone(row: Row) -> str:
    told = _said_row(row) if row["row_name"] else _said_version(row)
    return f"{told}（计入同一单位“{row['holder']}”的用地）"


_SAID = {
    "ruleset": lambda row: "规则版本已更新",
    "as_of": lambda row: "截至日期不同",
    "version": _said_version,
    "whole": _said_whole,
    "row": _said_row,
    "field_result": lambda row: f"实地结果 {row['result_on']} {row['result']}",
    "correction": lambda row: f"用地单位更正 {row['corrected_on']} {row['holder']}",
    "new": lambda row: "尚未评定",
    "holder_zone": _said_holder_zone,
    "holder_whole": lambda row: f"{_said_whole(row)}（计入同一单位的用地）",
    "holder_patch": lambda row: f"同一单位“{row['holder']}”的图斑 {row['other']}",
}
