"""The tables of issued patches: issued, verified, legal, illegal, put right. 卫片统计

Counted on the same ground, facts and moment as the ratios, so that both say the same. Every square
metre stands at one stage; those of a row add up to what was issued.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, vocabulary
from spatial.engine.ratio_cells import FOLDER, counted
from spatial.engine.ratio_query import DIGITS
from spatial.engine.ratios import caliber_of, names_of
from spatial.errors import GislandError
from spatial.models import Notion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.engine.ratio_query import RatioQuery

BASIC_FARM = "basic_farm"
"""The notion of rulesets that says 永久基本农田."""
STAGES = ("legal", "illegal", "other", "open", "undecided", "repeated", "excluded")
MEASURES = ("area_m2", "cultivated_m2", "basic_farm_m2")
GROUPS = ("region", "source", "batch", "region_source", "region_batch")
"""What one row is: see ``stages``."""
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Sums:
    """How many patches, and their ground in m2 (exact decimals)."""

    patch_count: int = 0
    area_m2: Decimal = ZERO
    cultivated_m2: Decimal = ZERO
    basic_farm_m2: Decimal = ZERO


@dataclass(frozen=True)
class StageRow:
    """One row of the table; ``issued`` is the sum of ``stages``.

    ``verified`` counts patches of which all ground has been spoken of, and the ground that has.
    ``rectified`` counts patches of which all illegal ground was put right, and the illegal ground
    that was. Of ``doubtful_m2`` it is not known whether it was cultivated or basic farmland.
    """

    region_code: str
    region_name: str
    source: str
    batch: str
    issued: Sums
    verified: Sums
    rectified: Sums
    doubtful_m2: Decimal
    stages: dict[str, Sums] = field(default_factory=dict)

    def of(self, stage: str) -> Sums:
        """The sums of a stage, of ``issued``, ``verified`` or ``rectified``."""
        if stage in STAGES:
            return self.stages.get(stage, Sums())
        found: Sums = getattr(self, stage)
        return found


@dataclass(frozen=True)
class StageTable:
    """The rows in order of region, level of issue and batch; all of them; how it was counted."""

    rows: list[StageRow]
    total: StageRow
    caliber: dict[str, Any]
    versions: list[dict[str, Any]]
    batches: list[str]
    """Codes of the batches counted."""
    has_basic_farm: bool
    """Whether the ruleset says what basic farmland is; else those sums mean nothing."""


def stages(
    query: RatioQuery, group: str = "region", *, source: str = "", batch: str = ""
) -> StageTable:
    """The table of what a query counts: a row per region, level of issue (``source``) or batch, or
    per region and one of those; of one level or batch alone where asked."""
    if group not in GROUPS:
        raise GislandError(f"group={group} 无效，可用：{'、'.join(GROUPS)}")
    with counted(query) as law:
        _stage(query)
        found = sqlfiles.rows(
            f"{FOLDER}/91_sum_stages",
            {"digits": DIGITS[query.level], "source": source, "batch": batch},
        )
        where = {"county_ids": list(query.county_ids)}
        versions = sqlfiles.rows(f"{FOLDER}/97_list_versions", where)
    by_key: dict[tuple[str, str, str], list[sqlfiles.Row]] = {}
    for row in found:
        key = (row["region_code"] or "", row["source"] or "", row["batch_code"] or "")
        by_key.setdefault(key, []).append(row)
    names = names_of([key[0] for key in by_key if key[0]], query.level)
    rows = [_row(key, names, told) for key, told in by_key.items() if _is_of(group, key)]
    return StageTable(
        rows=sorted(rows, key=_place_of),
        total=_row(("", "", ""), names, by_key.get(("", "", ""), [])),
        caliber=caliber_of(query, law),
        versions=versions,
        batches=sorted({key[2] for key in by_key if key[2]}),
        has_basic_farm=Notion.objects.filter(ruleset__name=query.ruleset, code=BASIC_FARM).exists(),
    )


def stages_of_patches(
    query: RatioQuery, patch_ids: Sequence[int]
) -> dict[int, dict[str, sqlfiles.Row]]:
    """By patch and stage the same sums, for a register; they add up to the table's."""
    with counted(query):
        _stage(query)
        found = sqlfiles.rows(f"{FOLDER}/92_list_stages", {"patch_ids": list(patch_ids)})
    told: dict[int, dict[str, sqlfiles.Row]] = {}
    for row in found:
        told.setdefault(row["patch_id"], {})[row["stage"]] = row
    return told


def _stage(query: RatioQuery) -> None:
    sqlfiles.execute(
        f"{FOLDER}/85_stage_ground",
        {"county_ids": list(query.county_ids), "basic_farm": BASIC_FARM},
    )


def _is_of(group: str, key: tuple[str, str, str]) -> bool:
    region, source, batch = (bool(part) for part in key)
    wanted = {
        "region": (True, False, False),
        "source": (False, True, False),
        "batch": (False, True, True),
        "region_source": (True, True, False),
        "region_batch": (True, True, True),
    }
    return (region, source, batch) == wanted[group]


def _place_of(row: StageRow) -> tuple[str, int, str, str]:
    """By region, then by level of issue from the ministry down, then by batch."""
    known = list(vocabulary.vocabulary()["source"])
    rank = known.index(row.source) if row.source in known else len(known)
    return row.region_code, rank, row.source, row.batch


def _row(key: tuple[str, str, str], names: dict[str, str], told: list[sqlfiles.Row]) -> StageRow:
    by_stage = {row["stage"]: row for row in told if row["patch_count"]}
    whole = by_stage.pop(None, None)
    named = (key[0], names.get(key[0], key[0]), key[1], key[2])
    if whole is None:
        return StageRow(*named, Sums(), Sums(), Sums(), ZERO)
    found = {stage: _sums(row) for stage, row in by_stage.items()}
    open_ground = found.get("undecided", Sums())
    return StageRow(
        *named,
        issued=_sums(whole),
        verified=Sums(
            whole["settled_count"],
            *(whole[name] - getattr(open_ground, name) for name in MEASURES),
        ),
        rectified=Sums(
            whole["put_right_count"],
            whole["rectified_m2"],
            whole["rectified_cultivated_m2"],
            whole["rectified_basic_farm_m2"],
        ),
        doubtful_m2=whole["doubtful_m2"],
        stages=found,
    )


def _sums(row: sqlfiles.Row) -> Sums:
    return Sums(row["patch_count"], *(row[name] for name in MEASURES))
