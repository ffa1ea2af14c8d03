"""One chunk of patches: partition, judge, store; in one transaction.

The working tables are temporary and fall with the transaction; ``trace`` keeps them open for
explanation. One function hides the algorithm of the partition: ``partition``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import Error as DatabaseError
from django.db import transaction

from spatial import sqlfiles

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

EXACT = -1.0
"""No grid: nodes are computed in double precision."""

FALLBACK_GRID_M = 1e-5
"""The declared grid on which a patch is redone whose exact partition failed."""


MANY_PARTS = 300
"""Zone parts a patch, from which on an index over them is cheaper than trying each."""

GEOMETRY_ERRORS = ("TopologyException", "GEOS", "lwgeom", "IllegalArgument")
"""What an error says that a grid can cure."""


@dataclass(frozen=True)
class Reads:
    """The versions that a chunk reads: those with partitions of their own, and the others, which
    lie together in one."""

    apart: tuple[int, ...]
    together: tuple[int, ...]

    @classmethod
    def of_chunk(cls) -> Reads:
        """As step 40 listed them."""
        rows = sqlfiles.rows("engine/partition/41_name_reads")
        return cls(
            tuple(row["version_id"] for row in rows if row["is_apart"]),
            tuple(row["version_id"] for row in rows if not row["is_apart"]),
        )

    @property
    def params(self) -> dict[str, Any]:
        """Values that the statements name."""
        return {
            "version_ids": sorted((*self.apart, *self.together)),
            "apart_ids": list(self.apart),
            "together_ids": list(self.together),
        }


@dataclass(frozen=True)
class RunContext:
    """What every chunk of a run needs to know."""

    run_id: int
    known_at: datetime.datetime
    subject_layers: tuple[str, ...]
    group_layers: tuple[str, ...]
    fact_layers: tuple[str, ...]
    summed_layers: tuple[str, ...]
    groups: bool
    widens: bool

    @property
    def params(self) -> dict[str, Any]:
        """Values that the statements name."""
        return {
            "run_id": self.run_id,
            "known_at": self.known_at,
            "subject_layers": list(self.subject_layers),
            "group_layers": list(self.group_layers),
            "fact_layers": list(self.fact_layers),
        }


def infer_subjects(context: RunContext, assessment_ids: Sequence[int]) -> None:
    """Store who uses the ground of these patches, where no field says it (推定).

    A patch whose overlaps cannot be computed is found by halving; its user stays unknown.
    """
    try:
        with transaction.atomic():
            _take(context, assessment_ids)
            _find_zones(context, len(assessment_ids))
            sqlfiles.execute("engine/runs/30_store_subjects", context.params)
    except DatabaseError as error:
        _require_geometry(error)
        if len(assessment_ids) > 1:
            middle = len(assessment_ids) // 2
            infer_subjects(context, assessment_ids[:middle])
            infer_subjects(context, assessment_ids[middle:])


def _require_geometry(error: DatabaseError) -> None:
    """Raise the error again unless it is one of geometry, which halving can corner."""
    if not any(sign in str(error) for sign in GEOMETRY_ERRORS):
        raise error


def judge_chunk(context: RunContext, assessment_ids: Sequence[int]) -> int:
    """Partition and judge these patches and store what was found; returns how many.

    A chunk that fails is halved until the patch that fails is alone; that one is redone on the
    declared grid and flagged, the rest are kept. What does not close even there stays whole, is
    flagged too, and everything that it may touch is unknown.
    """
    if _judge_exactly(context, assessment_ids):
        return len(assessment_ids)
    if len(assessment_ids) > 1:
        middle = len(assessment_ids) // 2
        return judge_chunk(context, assessment_ids[:middle]) + judge_chunk(
            context, assessment_ids[middle:]
        )
    with transaction.atomic():
        judge_alone(context, assessment_ids)
        store(fallback=True)
    return 1


def judge_alone(context: RunContext, assessment_ids: Sequence[int]) -> None:
    """Fill the working tables for patches that have no exact partition: on the declared grid, or
    whole and in doubt where that does not close either."""
    try:
        with transaction.atomic():
            if not judge(context, assessment_ids, FALLBACK_GRID_M):
                return
            transaction.set_rollback(True)
    except DatabaseError as error:
        _require_geometry(error)
    _take(context, assessment_ids)
    versions = _find_zones(context, len(assessment_ids))
    sqlfiles.execute("engine/judge/05_keep_whole")
    sqlfiles.execute("engine/partition/81_key_pieces")
    _conclude(context, versions, FALLBACK_GRID_M, doubted=True)


def _judge_exactly(context: RunContext, assessment_ids: Sequence[int]) -> bool:
    """Judge and store without a grid; False, and nothing stored, if some patch fails."""
    try:
        with transaction.atomic():
            closed = not judge(context, assessment_ids, EXACT)
            if closed:
                store(fallback=False)
            else:
                transaction.set_rollback(True)
            return closed
    except DatabaseError as error:
        _require_geometry(error)
        return False


def judge(context: RunContext, assessment_ids: Sequence[int], grid: float) -> list[int]:
    """Fill the working tables of a chunk; returns the assessments that do not close."""
    _take(context, assessment_ids)
    versions = _find_zones(context, len(assessment_ids))
    if context.widens:
        sqlfiles.execute("engine/partition/62_widen_zones", versions.params)
    partition(context, versions, grid)
    unclosed = [row["assessment_id"] for row in sqlfiles.rows("engine/partition/90_find_unclosed")]
    if not unclosed:
        _conclude(context, versions, grid)
    return unclosed


def _conclude(context: RunContext, versions: Reads, grid: float, *, doubted: bool = False) -> None:
    """Answer the rules on the pieces; where these are in doubt, so is every notion."""
    sqlfiles.execute("engine/judge/10_find_near_zones", versions.params)
    if context.groups:
        _attempt("20_measure_groups", grid, _group_params(context))
    for step in (
        "25_read_facts",
        "30_test_zones",
        "31_key_zone_answers",
        "35_find_gaps",
        "38_ask_pieces",
        "40_place_pieces",
        *(["41_doubt_pieces"] if doubted else []),
        "41_key_piece_notions",
        "45_measure_parts",
        "50_test_rules",
        "60_conclude_pieces",
        "61_key_verdicts",
    ):
        sqlfiles.execute(f"engine/judge/{step}")
    _attempt("80_join_slivers", grid)


def _group_params(context: RunContext) -> dict[str, Any]:
    found = sqlfiles.rows(
        "engine/judge/19_name_group_versions",
        {"run_id": context.run_id, "summed_layers": list(context.summed_layers)},
    )
    return {"run_id": context.run_id, "group_versions": [row["version_id"] for row in found]}


def _attempt(step: str, grid: float, params: dict[str, Any] | None = None) -> None:
    """A step that the last resort can do without: the sums stay unknown, slivers stay apart."""
    if grid == EXACT:
        sqlfiles.execute(f"engine/judge/{step}", params)
        return
    try:
        with transaction.atomic():
            sqlfiles.execute(f"engine/judge/{step}", params)
    except DatabaseError as error:
        _require_geometry(error)


def partition(context: RunContext, versions: Reads, grid: float) -> None:
    """The exact arrangement of each patch over all versions it reads, as chunk_piece."""
    sqlfiles.execute("engine/partition/70_cut_faces", {**versions.params, "grid": grid})
    sqlfiles.execute("engine/partition/80_join_pieces")
    sqlfiles.execute("engine/partition/81_key_pieces")


def store(*, fallback: bool) -> None:
    """Keep what the working tables say."""
    for step in (
        "90_store_pieces",
        "91_store_piece_notions",
        "92_store_conclusions",
        "93_store_marks",
    ):
        sqlfiles.execute(f"engine/judge/{step}")
    sqlfiles.execute("engine/judge/95_label_patches", {"fallback": fallback})


def _take(context: RunContext, assessment_ids: Sequence[int]) -> None:
    sqlfiles.execute("engine/partition/01_drop_chunk")
    sqlfiles.execute("engine/partition/10_take_patches", {"assessment_ids": list(assessment_ids)})
    townships = sqlfiles.rows("engine/partition/15_name_townships", context.params)
    sqlfiles.execute(
        "engine/partition/20_find_counties",
        {**context.params, "township_ids": [row["version_id"] for row in townships]},
    )
    sqlfiles.execute("engine/partition/30_choose_versions", context.params)
    sqlfiles.execute("engine/partition/40_list_reads")


def _find_zones(context: RunContext, patches: int) -> Reads:
    versions = Reads.of_chunk()
    parts = sqlfiles.execute("engine/partition/50_find_parts", versions.params)
    if parts > MANY_PARTS * patches:
        sqlfiles.execute("engine/partition/51_index_parts")
    sqlfiles.execute("engine/partition/60_take_zones", context.params)
    sqlfiles.execute("engine/partition/61_key_zones")
    sqlfiles.execute("engine/partition/61_leave_known")
    return versions
