"""What GEOS refuses is redone alone on the declared grid, flagged, and the rest is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shapely
from django.db import Error as DatabaseError
from django.db import connection

from spatial import sqlfiles
from spatial.engine.chunks import EXACT
from spatial.engine.explain import explain
from spatial.engine.explain_lines import lines_of
from spatial.engine.gaps import all_said, said
from spatial.models import Assessment, Batch, Patch, Run
from tests import drawing
from tests.spatial.test_partition import check, circle, draw_scene, judge

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
CLOSING = (
    "pieces_add_up_to_patch", "exact_pieces_close", "every_piece_is_concluded",
    "conclusions_add_up_to_patch",
)  # fmt: skip


def six_patches() -> list[Patch]:
    batch = Batch.objects.create(code="planted", source="部")
    zones = {"land_use": [shapely.box(-50, -50, 3.7, 50)], "approval": [circle(12)]}
    with drawing.derived_together():
        return [draw_scene((shapely.box(-20, -20, 20, 20 + i), zones), batch) for i in range(6)]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make one statement fail whenever it meets a patch."""

    def fail(statement: str, patch: Patch, message: str, *, exact_only: bool = False) -> None:
        real = sqlfiles.execute

        def execute(name: str, params: Any = None, **options: Any) -> int:
            grid = (params or {}).get("grid")
            if name == statement and not (exact_only and grid != EXACT):
                raise_if_met(patch, message)
            return real(name, params, **options)

        monkeypatch.setattr(sqlfiles, "execute", execute)

    return fail


def raise_if_met(patch: Patch, message: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM chunk_patch WHERE patch_id = %s", [patch.pk])
        if cursor.fetchone():
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION '{message}'; END $$")


TOPOLOGY = "lwgeom_unaryunion_prec: GEOS Error: TopologyException: side location conflict at 1 2"


def test_a_patch_that_geos_refuses_is_redone_on_the_grid_and_the_rest_is_kept(plant: Any) -> None:
    patches = six_patches()
    plant("engine/partition/70_cut_faces", patches[3], TOPOLOGY, exact_only=True)
    run = judge(patches)
    found = {row.patch_id: row for row in run.assessments.select_related("patch__region")}
    assert run.status == "done"
    assert [found[patch.pk].fallback for patch in patches] == [i == 3 for i in range(6)]
    for row in found.values():
        check(row)


def test_a_patch_that_does_not_close_is_redone_too(monkeypatch: pytest.MonkeyPatch) -> None:
    patches = six_patches()
    real, seen = sqlfiles.rows, []

    def rows(name: str, params: Any = None, **options: Any) -> list[sqlfiles.Row]:
        if name == "engine/partition/90_find_unclosed":
            met = real("engine/partition/90_find_unclosed")
            lost = Assessment.objects.get(patch=patches[2]).pk
            with connection.cursor() as cursor:
                cursor.execute("SELECT array_agg(assessment_id) FROM chunk_patch")
                here = cursor.fetchone()[0]
            if lost in here and here != [lost]:
                return [*met, {"assessment_id": lost}]
            if here == [lost] and not seen:
                seen.append(lost)
                return [{"assessment_id": lost}]
            return met
        return real(name, params, **options)

    monkeypatch.setattr(sqlfiles, "rows", rows)
    run = judge(patches)
    assert [run.assessments.get(patch=patch).fallback for patch in patches] == [
        i == 2 for i in range(6)
    ]


def never_closes(monkeypatch: pytest.MonkeyPatch, patch: Patch) -> None:
    """Plant a patch whose pieces never add up, whatever the grid."""
    real = sqlfiles.rows

    def rows(name: str, params: Any = None, **options: Any) -> list[sqlfiles.Row]:
        found = real(name, params, **options)
        if name == "engine/partition/90_find_unclosed":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT assessment_id FROM chunk_patch WHERE patch_id = %s", [patch.pk]
                )
                found += [{"assessment_id": row[0]} for row in cursor.fetchall()]
        return found

    monkeypatch.setattr(sqlfiles, "rows", rows)


@pytest.mark.parametrize("how", ["open", "refused"])
def test_what_the_grid_cannot_mend_either_is_flagged_and_unknown(
    plant: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Never a failed run for the sake of one patch, and never silently something it is not."""
    patches = six_patches()
    if how == "open":
        never_closes(monkeypatch, patches[4])
    else:
        plant("engine/partition/70_cut_faces", patches[4], TOPOLOGY)
    run = judge(patches)
    assert run.status == "done"
    found = run.assessments.get(patch=patches[4])
    assert (found.fallback, found.label_class, found.label_term) == (True, "unknown", "数据不足")
    (piece,) = found.pieces.all()
    assert (piece.area_m2, piece.zones) == (found.area_m2, {})
    assert all_said(piece.reason["why"]) == [said({"kind": "not_closed"})]
    assert [mark.answer for mark in found.marks.all()] == [None] * 3
    assert not [row for name in CLOSING for row in sqlfiles.rows(f"checks/{name}")]
    assert run.unclosed().get() == found
    for patch in patches[:4] + patches[5:]:
        other = run.assessments.select_related("patch__region").get(patch=patch)
        assert not other.fallback
        check(other)
    text = "\n".join(lines_of(explain(patches[4], found)))
    assert "面积仍不闭合" in text


def test_another_error_fails_the_run_and_nothing_is_current(plant: Any) -> None:
    patches = six_patches()
    plant("engine/partition/70_cut_faces", patches[3], "disk full")
    with pytest.raises(DatabaseError, match="disk full"):
        judge(patches)
    assert Run.objects.get().status == "failed"
    assert not Assessment.objects.filter(is_current=True).exists()


def test_a_patch_that_geos_refuses_while_subjects_are_inferred(plant: Any) -> None:
    patches = six_patches()
    plant("engine/runs/30_store_subjects", patches[3], TOPOLOGY)
    assert judge(patches).status == "done"


def test_a_patch_that_geos_refuses_after_the_partition(plant: Any) -> None:
    patches = six_patches()
    plant("engine/judge/80_join_slivers", patches[3], TOPOLOGY)
    assert judge(patches).status == "done"
