"""Measures on the units of a campaign: who set which, and how far they are. 一企一策"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisland.casework.models import CampaignMeasure, MeasureState
from spatial.errors import InputRefused
from spatial.models import Region

if TYPE_CHECKING:
    from spatial.campaigns.figures import Figures, Line
    from spatial.campaigns.schema import Campaign
    from spatial.models import User
    from spatial.scope import Scope

ACT = "handle"
"""The act of access.toml that sets measures."""
LONGEST_NOTE = 1000
Measures = dict[str, dict[str, CampaignMeasure]]
"""By a unit's key and a county's code."""


@dataclass(frozen=True)
class Progress:
    """How many units have a measure, how many are done, and how many are late."""

    units: int
    set: int
    done: int
    overdue: int


def current(campaign: Campaign, table: str, scope: Scope) -> Measures:
    """The newest measure of each unit of a table in each of the scope's counties."""
    found = CampaignMeasure.objects.filter(
        campaign=campaign.code, table=table, region_id__in=scope.county_ids
    )
    newest: dict[str, dict[str, CampaignMeasure]] = {}
    for row in found.select_related("by", "region").order_by("pk"):
        newest.setdefault(row.unit_key, {})[row.region.code] = row
    return newest


def history(campaign: Campaign, table: str, unit: str, scope: Scope) -> list[CampaignMeasure]:
    """Everything that was set for a unit, the newest first."""
    found = CampaignMeasure.objects.filter(
        campaign=campaign.code, table=table, unit_key=unit, region_id__in=scope.county_ids
    )
    return list(found.select_related("by", "region").order_by("-pk"))


def progress(figures: Figures, found: Measures, today: datetime.date) -> Progress:
    """The progress over the table's units: one is done when it is done in each of its counties."""
    mine = [(line, found[line.key]) for line in figures.lines if line.key in found]
    done = [rows for line, rows in mine if _is_done(line, rows)]
    late = [rows for _, rows in mine if any(is_late(row, today) for row in rows.values())]
    return Progress(len(figures.lines), len(mine), len(done), len(late))


def _is_done(line: Line, rows: dict[str, CampaignMeasure]) -> bool:
    return all(code in rows and rows[code].state == MeasureState.DONE for code in counties_of(line))


def counties_of(line: Line) -> list[str]:
    """The codes of the counties that the unit's ground is issued in."""
    return sorted({one.county[0] for one in line.ground})


def is_late(row: CampaignMeasure, today: datetime.date) -> bool:
    """Whether its day has passed and it is not done."""
    return row.state != MeasureState.DONE and row.due_on is not None and row.due_on < today


def set_measure(  # noqa: PLR0913 - what a person fills in
    campaign: Campaign,
    table: str,
    line: Line,
    *,
    measure: str,
    work_group: str,
    due_on: str,
    state: str,
    note: str,
    by: User,
    at: datetime.datetime,
) -> None:
    """Add a measure for a unit, in each county of its ground that the caller sees; earlier ones
    stay. Raises InputRefused with the remedy."""
    if measure not in campaign.measures:
        raise InputRefused(f"处置措施请从这些里选：{'、'.join(campaign.measures)}。")
    if work_group and work_group not in campaign.groups:
        raise InputRefused(f"工作组请从这些里选：{'、'.join(campaign.groups)}。")
    if state not in MeasureState.values:
        raise InputRefused(f"进度请从这些里选：{'、'.join(MeasureState.labels)}。")
    if len(note) > LONGEST_NOTE:
        raise InputRefused(f"说明请在 {LONGEST_NOTE} 字以内。")
    day = _day(due_on)
    CampaignMeasure.objects.bulk_create(
        CampaignMeasure(
            campaign=campaign.code,
            table=table,
            unit_key=line.key,
            unit_name=line.name[:200],
            region=Region.objects.by_code(code),
            measure=measure,
            work_group=work_group,
            due_on=day,
            state=state,
            note=note.strip(),
            by=by,
            at=at,
        )
        for code in counties_of(line)
    )


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise InputRefused(f"时限 {text[:20]} 应写作 2026-03-31。") from None
