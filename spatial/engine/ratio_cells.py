"""The ground that a ratio counts, as working tables of one transaction.

Every patch of the selection is taken with its assessment and facts as they were known; pieces
are cut only where a drawn part or another patch on the same ground asks for it; each square
metre ends in exactly one band of ``ratio_band``.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import Error as DatabaseError
from django.db import transaction

from spatial import sqlfiles
from spatial.engine.chunks import EXACT, FALLBACK_GRID_M, GEOMETRY_ERRORS
from spatial.engine.ratio_law import Law, law_of
from spatial.engine.ratio_periods import days_of, periods_within
from spatial.errors import RunFailed
from spatial.models import Patch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.engine.ratio_query import RatioQuery

FOLDER = "engine/ratios"


@contextmanager
def counted(query: RatioQuery) -> Iterator[Law]:
    """Open the working tables of a query and the law that it is counted by."""
    with transaction.atomic():
        sqlfiles.execute(f"{FOLDER}/01_drop_tables")
        sqlfiles.execute(f"{FOLDER}/10_choose_patches", _selection(query))
        _keyed("11_key_patches", "ratio_patch")
        judged = sqlfiles.rows(f"{FOLDER}/15_list_rulesets")
        law = law_of(query.ruleset, judged, query.switches)
        decided = {"decided": query.basis == "decided"}
        sqlfiles.execute(f"{FOLDER}/20_take_facts", {**decided, "known_at": query.known_at})
        _keyed("21_key_facts", "ratio_fact")
        sqlfiles.execute(f"{FOLDER}/30_pair_patches")
        _keyed("31_key_pairs", "ratio_pair")
        where = {"county_ids": list(query.county_ids)}
        _cut(where)
        net = law.ratio["area"] == "net_m2"
        notions = sorted({(row["ratio"] or {}).get("cultivated", "") for row in judged})
        sqlfiles.execute(f"{FOLDER}/70_collect_cells", {**where, "net": net, "notions": notions})
        _require_closed()
        switches = json.dumps({key: law.ratio[key] for key in _SWITCHES})
        sqlfiles.execute(f"{FOLDER}/80_sort_bands", {**decided, "switches": switches})
        yield law


_SWITCHES = ("illegal", "new", "exclude", "effect")


def _selection(query: RatioQuery) -> dict[str, Any]:
    """Which patches are counted, as values of the first statement."""
    chosen: dict[str, Any] = {
        "ruleset": query.ruleset,
        "known_at": query.known_at,
        "periods": periods_of(query) if query.period is not None else None,
        "after_from": None,
        "after_until": None,
    }
    if query.period is not None and query.by == "after_on":
        chosen["periods"] = None
        chosen["after_from"], chosen["after_until"] = days_of(query.period)
    return chosen


def periods_of(query: RatioQuery) -> list[str]:
    """The periods of batches that the asked one takes; empty when there is none."""
    if query.period is None or query.by != "batch":
        return []
    known = sqlfiles.rows(f"{FOLDER}/list_periods", {"ruleset": query.ruleset})
    return periods_within(query.period, [row["period"] for row in known])


def undated_count(query: RatioQuery) -> int:
    """How many patches of the counties no period by image takes, since theirs has no date."""
    if query.period is None or query.by != "after_on":
        return 0
    found = sqlfiles.rows(
        f"{FOLDER}/count_undated",
        {
            "ruleset": query.ruleset,
            "known_at": query.known_at,
            "county_ids": list(query.county_ids),
        },
    )
    return int(found[0]["patch_count"])


def _keyed(step: str, table: str) -> None:
    """An index and statistics: without them the planner guesses a working table's size."""
    sqlfiles.execute(f"{FOLDER}/{step}")
    sqlfiles.analyze(table)


def _cut(where: dict[str, Any]) -> None:
    """Cut and label what facts divide; on the declared grid where exact nodes fail."""
    sqlfiles.execute(f"{FOLDER}/35_find_cut", where)
    sqlfiles.analyze("ratio_cut")
    try:
        with transaction.atomic():
            sqlfiles.execute(f"{FOLDER}/40_cut_pieces", {"grid": EXACT})
    except DatabaseError as error:
        if not any(sign in str(error) for sign in GEOMETRY_ERRORS):
            raise
        sqlfiles.execute(f"{FOLDER}/40_cut_pieces", {"grid": FALLBACK_GRID_M})
    sqlfiles.analyze("ratio_face")
    sqlfiles.execute(f"{FOLDER}/50_label_faces")
    sqlfiles.analyze("ratio_label")
    sqlfiles.execute(f"{FOLDER}/60_round_parts")
    sqlfiles.analyze("ratio_part")


def _require_closed() -> None:
    """No figure at all is better than one whose ground does not add up."""
    if found := sqlfiles.rows(f"{FOLDER}/75_find_unclosed"):
        patch = Patch.objects.get(pk=found[0]["patch_id"])
        raise RunFailed(
            f"图斑 {patch.address} 等 {len(found)} 个的面积切分后不闭合，不给出比率。"
            "请核对该图斑的勾绘范围，并运行 check_data。"
        )
