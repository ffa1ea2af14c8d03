"""The trace: the engine's own working tables, made again and read before they fall.

Assessments of one run are judged again from its pins and the stored facts, in a transaction that
is rolled back. So an explanation can never be a second opinion.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import transaction

from spatial import sqlfiles
from spatial.engine.chunks import EXACT, judge, judge_alone
from spatial.engine.classify import CHUNK_PATCHES, run_context
from spatial.engine.explain_margins import NEAR_M

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spatial.models import Assessment

    Rows = list[sqlfiles.Row]

STEPS = {
    "tests": "10_test_patch",
    "adjoining": "20_test_adjoining",
    "zone_tests": "30_test_zones",
    "members": "40_list_members",
    "widened": "45_list_widened",
    "verdicts": "50_list_verdicts",
    "versions": "60_list_versions",
    "pins": "65_list_pins",
    "beyond": "66_measure_beyond",
    "near": "67_list_near",
    "grounds": "68_clip_zones",
    "groups": "69_list_groups",
    "nearby": "70_measure_nearby",
}


@dataclass(frozen=True)
class Trace:
    """The rows of the working tables that the explanation of one assessment is made of."""

    tests: Rows = field(default_factory=list)
    adjoining: Rows = field(default_factory=list)
    zone_tests: Rows = field(default_factory=list)
    members: Rows = field(default_factory=list)
    widened: Rows = field(default_factory=list)
    verdicts: Rows = field(default_factory=list)
    versions: Rows = field(default_factory=list)
    pins: Rows = field(default_factory=list)
    beyond: Rows = field(default_factory=list)
    near: Rows = field(default_factory=list)
    grounds: Rows = field(default_factory=list)
    groups: Rows = field(default_factory=list)
    nearby: Rows = field(default_factory=list)


def traces(assessments: Sequence[Assessment]) -> dict[int, Trace]:
    """The trace of each assessment, by its id; those of one run are judged together."""
    found: dict[int, Trace] = {}
    for chunk in _chunks(assessments):
        found |= _traces(chunk)
    return found


def _chunks(assessments: Sequence[Assessment]) -> Iterator[list[Assessment]]:
    """Assessments of one run; those that needed the grid each alone, as they were judged."""
    ordered = sorted(assessments, key=lambda each: (each.run_id, each.fallback, each.pk))
    for (_, fallback), group in groupby(ordered, key=lambda each: (each.run_id, each.fallback)):
        same = list(group)
        size = 1 if fallback else CHUNK_PATCHES
        yield from (same[start : start + size] for start in range(0, len(same), size))


def _traces(chunk: list[Assessment]) -> dict[int, Trace]:
    # the group sums are among the stored facts: other patches may have changed since
    context = replace(run_context(chunk[0].run), groups=False)
    with transaction.atomic():
        ids = [each.pk for each in chunk]
        if chunk[0].fallback:
            judge_alone(context, ids)
        else:
            judge(context, ids, EXACT)
        versions = [row["version_id"] for row in sqlfiles.rows("engine/partition/41_name_reads")]
        params = {
            "68_clip_zones": {"version_ids": versions, "margin_m": 2 * NEAR_M},
            "70_measure_nearby": {"version_ids": versions, "near_m": NEAR_M},
        }
        tables = {
            name: _by_assessment(sqlfiles.rows(f"engine/explain/{step}", params.get(step)))
            for name, step in STEPS.items()
        }
        transaction.set_rollback(True)
    return {
        each.pk: Trace(**{name: table[each.pk] for name, table in tables.items()}) for each in chunk
    }


def _by_assessment(rows: Iterable[sqlfiles.Row]) -> dict[int, Rows]:
    found: dict[int, Rows] = defaultdict(list)
    for row in rows:
        found[row.pop("assessment_id")].append(row)
    return found
