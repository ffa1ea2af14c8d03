"""What applying a run would change."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles
from spatial.units import mu

if TYPE_CHECKING:
    from spatial.models import Run


def changes_by_county(run: Run) -> list[dict[str, Any]]:
    """Each patch whose label or areas would change, by county, with its 亩."""
    rows = sqlfiles.rows("engine/runs/80_compare_current", {"run_id": run.pk})
    return [
        {
            "county": code,
            "county_name": name,
            "changes": [
                {
                    "address": row["address"],
                    "before": row["before_term"],
                    "after": row["after_term"],
                    "area_m2": str(row["area_m2"]),
                    "area_mu": str(mu(row["area_m2"])),
                }
                for row in group
            ],
        }
        for (code, name), group in groupby(rows, key=itemgetter("county", "county_name"))
    ]
