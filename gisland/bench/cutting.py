"""The partition alone, without its judgement, and the floor below which no partition can be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from gisland.bench.stopwatch import Stopwatch, measured
from spatial import sqlfiles
from spatial.engine import chunks, classify

if TYPE_CHECKING:
    from spatial.models import Run

PARTITION = "engine/partition/"
PAIRS = 2000
"""Pairs of one statement of the floor."""


@dataclass(frozen=True)
class Cut:
    """What cutting all patches of a run took, and how many of them do not add up."""

    patches: int
    unclosed: int
    watch: Stopwatch


def cut(run: Run, workers: int) -> Cut:
    """The partition of every patch of a run: cut, labelled and stored, chunk by chunk."""
    context = classify.run_context(run)
    parts = _chunks(run, workers)
    sqlfiles.execute("bench/create_piece")
    with measured() as watch, ThreadPoolExecutor(workers) as pool:
        unclosed = list(pool.map(lambda part: sqlfiles.in_thread(_cut_chunk, context, part), parts))
    sqlfiles.execute("bench/drop_piece")
    return Cut(sum(len(part) for part in parts), sum(unclosed), watch)


def floor(run: Run, workers: int) -> Stopwatch:
    """Intersection and area of the pairs that cross, by PostGIS's own GEOS: nothing else timed."""
    context = classify.run_context(run)
    sqlfiles.execute("bench/create_pair")
    for part in _chunks(run, workers):
        with transaction.atomic():
            _step(context, part, upto="41", write="bench/pair_crossing")
    sqlfiles.analyze("bench_pair")
    pairs = sqlfiles.value("bench/count_pairs")
    ranges = [{"low": low, "high": low + PAIRS} for low in range(0, pairs, PAIRS)]

    def work(told: dict[str, int]) -> None:
        sqlfiles.in_thread(sqlfiles.rows, "bench/intersect_pairs", told)

    with measured() as watch, ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, ranges))
    sqlfiles.execute("bench/drop_pair")
    return watch


def _chunks(run: Run, workers: int) -> list[list[int]]:
    ids = [row["id"] for row in sqlfiles.rows("engine/runs/40_order_patches", {"run_id": run.pk})]
    step = min(classify.CHUNK_PATCHES, max(1, -(-len(ids) // (2 * workers))))
    return [ids[low : low + step] for low in range(0, len(ids), step)]


def _cut_chunk(context: chunks.RunContext, assessment_ids: list[int]) -> int:
    with transaction.atomic():
        _step(context, assessment_ids, upto="", write="bench/store_pieces")
        return len(sqlfiles.rows(f"{PARTITION}90_find_unclosed"))


def _step(context: chunks.RunContext, assessment_ids: list[int], *, upto: str, write: str) -> None:
    """The files of sql/engine/partition in their order, to one of them or to the end."""
    told: dict[str, Any] = {
        **context.params,
        "assessment_ids": assessment_ids,
        "grid": chunks.EXACT,
    }
    for path in sorted((sqlfiles.SQL_ROOT / PARTITION).glob("*.sql")):
        name = f"{PARTITION}{path.stem}"
        if (path.stem.startswith("62") and not context.widens) or path.stem.startswith("90"):
            continue
        if path.stem.endswith("index_parts"):
            continue  # for patches far larger than these
        if path.stem.endswith("name_reads"):
            told |= chunks.Reads.of_chunk().params
        elif path.stem.endswith("name_townships"):
            told["township_ids"] = [row["version_id"] for row in sqlfiles.rows(name, told)]
        else:
            sqlfiles.execute(name, told)
        if upto and path.stem.startswith(upto):
            break
    sqlfiles.execute(write, told)
