"""The ground of a campaign's table, as the engine judged it. 专项的地块"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles
from spatial.campaigns.schema import HIDDEN, UNKNOWN
from spatial.errors import InputRefused
from spatial.hidden import hidden_rules

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from spatial.scope import Scope

ZERO = Decimal(0)


@dataclass(frozen=True)
class BatchTold:
    """One making of the campaign's ground."""

    id: int
    code: str
    title: str
    patch_count: int
    judged_count: int
    run_ids: tuple[int, ...]
    as_of: datetime.date | None


@dataclass(frozen=True)
class Part:
    """Ground of one patch in one township with one answer: a conclusion, unknown or hidden.

    ``county`` is code and name; of ground beyond the reader's counties that of the patch.
    """

    county: tuple[str, str]
    township: str
    code: str
    area_m2: Decimal


@dataclass
class Ground:
    """One patch as a table counts it; areas in m2."""

    id: int
    jcbh: str
    area_m2: Decimal
    attributes: dict[str, Any]
    county: tuple[str, str]
    holder: tuple[int, str] | None
    label_term: str
    label_class: str
    status: str
    groups: dict[str, Any]
    marks: dict[str, Any]
    gaps: list[dict[str, Any]]
    judged: bool
    parts: list[Part] = field(default_factory=list)

    def area_of(self, codes: Iterable[str]) -> Decimal:
        """Its ground with one of these answers."""
        wanted = set(codes)
        return sum((part.area_m2 for part in self.parts if part.code in wanted), ZERO)


def batches_of(ruleset: str, scope: Scope) -> list[BatchTold]:
    """The batches of a ruleset that the scope sees ground of, the newest first."""
    told = scope.sql_params()
    params = {"ruleset": ruleset, "county_ids": told["county_ids"], "unit_id": told["unit_id"]}
    return [
        BatchTold(
            row["id"], row["code"], row["title"] or row["code"], row["patch_count"],
            row["judged_count"], tuple(row["run_ids"]), row["as_of"],
        )
        for row in sqlfiles.rows("campaigns/10_list_batches", params)
    ]  # fmt: skip


def holders_beyond(ground: Iterable[Ground], scope: Scope) -> frozenset[int]:
    """The users of this ground that have papers or ground beyond the scope's counties."""
    ids = sorted({one.holder[0] for one in ground if one.holder})
    params = {"holder_ids": ids, "county_ids": scope.sql_params()["county_ids"]}
    return frozenset(row["id"] for row in sqlfiles.rows("campaigns/40_list_holders_beyond", params))


def chosen(batches: list[BatchTold], code: str) -> BatchTold | None:
    """The batch that was asked for, else the newest; InputRefused for one that is not there."""
    if not code:
        return batches[0] if batches else None
    for batch in batches:
        if batch.code == code:
            return batch
    raise InputRefused(f"没有批次 {code[:60]}，或它不在您的行政区内。")


def ground_of(batch: BatchTold, scope: Scope) -> list[Ground]:
    """Every patch of the batch that the scope sees, with its parts; a patch that is not judged
    yet is all unknown. Answers of rules that the scope may not see, and ground beyond its counties,
    are hidden."""
    params = {"batch_id": batch.id, "county_ids": scope.sql_params()["county_ids"]}
    hidden = hidden_rules(scope)
    found: dict[int, Ground] = {}
    rulesets: dict[int, int] = {}
    for row in sqlfiles.rows("campaigns/20_list_ground", params):
        ruleset = row["ruleset_id"]
        unseen = (ruleset, "conclude", row["label_code"]) in hidden
        found[row["id"]] = Ground(
            row["id"], row["jcbh"], row["area_m2"], row["attributes"],
            (row["county_code"], row["county_name"]),
            (row["holder_id"], row["holder_name"]) if row["holder_id"] else None,
            "无权查看" if unseen else row["label_term"] or "尚未判定",
            "" if unseen else row["label_class"] or UNKNOWN,
            row["status"] or "",
            row["groups"] or {},
            {code: told for code, told in (row["marks"] or {}).items()
             if (ruleset, "mark", code) not in hidden},
            row["gaps"] or [],
            row["assessment_id"] is not None,
        )  # fmt: skip
        rulesets[row["id"]] = ruleset
    for row in sqlfiles.rows("campaigns/30_sum_pieces", params):
        ground = found[row["patch_id"]]
        code = UNKNOWN if row["class"] == UNKNOWN else row["code"]
        if not row["within"] or (rulesets[ground.id], "conclude", row["code"]) in hidden:
            code = HIDDEN
        if not row["within"]:
            ground.marks = {}  # measured over the whole patch: of ground beyond it nothing is told
        within = row["within"]
        county = (row["county_code"], row["county_name"]) if within else ground.county
        township = row["township_code"] if within else ""
        ground.parts.append(Part(county, township, code, row["area_m2"]))
    for ground in found.values():
        if not ground.parts:
            ground.parts.append(Part(ground.county, "", UNKNOWN, ground.area_m2))
    return list(found.values())
