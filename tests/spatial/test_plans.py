"""The hot searches go by place, from the patch, whatever the planner believes of its tables.

Two versions of one layer lie in partitions of their own, large enough that reading them whole would
cost, and the planner is told falsehoods about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

READ, OTHER = 9_000_001, 9_000_002
"""The version that the patches read, and one of the same layer in another year."""

LIES: dict[str, str] = {
    "as it is": "SELECT 1",
    "nothing is known": "reltuples = -1, relpages = 0",
    "a single row": "reltuples = 1, relpages = 1",
    "ten million rows": "reltuples = 1e7, relpages = 1",
}
SEARCHES = ("engine/partition/50_find_parts", "engine/partition/70_cut_faces")
PARAMS = {"apart_ids": [READ, OTHER], "together_ids": [1], "grid": -1.0}


@pytest.fixture(scope="module")
def _partitions(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Two versions of 4 000 squares each, and a chunk of fifty patches that reads one."""
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        for version in (READ, OTHER):
            cursor.execute(SQUARES.format(version=version))
            cursor.execute("SELECT attach_version_partitions(%s)", [version])
            cursor.execute("DROP TABLE derived_part, derived_edge")
        cursor.execute(CHUNK.replace("READ", str(READ)))
        yield
        transaction.set_rollback(True)


SQUARES = """
CREATE TEMPORARY TABLE derived_part AS
SELECT {version}::bigint AS version_id, n::bigint AS zone_id,
    ST_MakeEnvelope(n % 80 * 100, n / 80 * 100, n % 80 * 100 + 100, n / 80 * 100 + 100, 990003)
    AS ground
FROM generate_series(0, 3999) AS n;
CREATE TEMPORARY TABLE derived_edge AS
SELECT version_id, NULL::bigint AS zone_id, ST_ExteriorRing(ground) AS ground FROM derived_part
"""

CHUNK = """
CREATE TEMPORARY TABLE chunk_patch AS
SELECT n::bigint AS assessment_id,
    ST_Multi(ST_MakeEnvelope(n * 90, n * 50, n * 90 + 60, n * 50 + 40, 990003)) AS ground
FROM generate_series(1, 50) AS n;
CREATE TEMPORARY TABLE chunk_read AS
SELECT assessment_id, READ::bigint AS version_id FROM chunk_patch;
CREATE TEMPORARY TABLE chunk_zone AS SELECT n::bigint AS zone_id FROM generate_series(1, 9) AS n;
CREATE TEMPORARY TABLE chunk_hit AS
SELECT assessment_id, 1::bigint AS zone_id, ground FROM chunk_patch LIMIT 0
"""


def plan_of(name: str) -> list[dict[str, Any]]:
    """The steps of a statement's plan, as they ran."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT plan")
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(sqlfiles.written_tables(name))}")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sqlfiles.text(name), PARAMS)
        found = cursor.fetchone()[0]
        cursor.execute("ROLLBACK TO SAVEPOINT plan")
    steps, left = [], [found[0]["Plan"]]
    while left:
        step = left.pop()
        left += step.get("Plans", [])
        steps.append(step)
    return steps


@pytest.mark.usefixtures("_partitions")
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("lie", LIES)
def test_only_the_version_that_is_read_is_searched_and_by_place(lie: str, search: str) -> None:
    with connection.cursor() as cursor:
        if lie != "as it is":
            cursor.execute(
                f"UPDATE pg_class SET {LIES[lie]} WHERE relname ~ '^zone_(part|edge)_v900000[12]'"
            )
            cursor.execute(
                "DELETE FROM pg_statistic WHERE starelid IN"
                " (SELECT oid FROM pg_class WHERE relname ~ '^zone_(part|edge)_v900000[12]$')"
            )
    scans = [
        step
        for step in plan_of(search)
        if step.get("Relation Name", "").startswith(("zone_part_v", "zone_edge_v"))
    ]
    read = [step for step in scans if step["Actual Loops"]]
    assert {step["Relation Name"][-7:] for step in read} == {str(READ)}
    assert all("ground" in step.get("Index Name", "") for step in read), "by place"
    assert all(step["Actual Loops"] == 50 for step in read), "once for each patch"
