"""``bench overlay``: derive, partition, classify, and the chain of geopandas on the same ground."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from gisland.bench import rivals
from gisland.bench.ground import make_prefecture
from gisland.bench.load import load
from gisland.bench.stopwatch import Stopwatch, measured
from spatial import sqlfiles
from spatial.engine import chunks, classify
from spatial.models import Assessment, Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.models import Run

RULESET = "land-enforcement"
AS_OF = date(2024, 6, 30)
PER = 10_000
PARTITION = "engine/partition/"
CLOSING = ("checks/pieces_add_up_to_patch", "checks/exact_pieces_close")


@dataclass(frozen=True)
class Size:
    """How much is measured, and by how many workers."""

    polygons: int
    patches: int
    workers: int
    sample: int
    seed: int = 2026


def measure(size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything, in the database that is open now; a flat table of figures."""
    say(f"生成 {size.polygons} 个地类图斑、{size.patches} 个监测图斑（虚构）")
    place = make_prefecture(size.polygons, size.patches, size.seed)
    layers = [sheet.layer for sheet in place.sheets]
    zones = {sheet.layer: len(sheet.geoms) for sheet in place.sheets}
    ids, derive_seconds = load(place, say)
    run, judged = _classify(ids, size, say)
    apart = _partition(run, size, say)
    plain = rivals.intersect(run.pk, layers, say)
    chained = rivals.chain(run.pk, layers, size.sample, say)
    return {
        "polygons": zones["land_use"],
        "patches": len(ids),
        "layers": len(layers),
        "workers": size.workers,
        "zones": zones,
        "derive_seconds": derive_seconds,
        **_speeds(len(ids), size.workers, apart, judged),
        **_ratios(len(ids), size.workers, apart, plain, chained),
        "patches_not_closing": len(
            {row["assessment_id"] for name in CLOSING for row in sqlfiles.rows(name)}
        ),
        "zones_off": plain.off,
        "zones_compared": plain.compared,
        "pieces": Piece.objects.filter(assessment__run=run).count(),
        "fallback_patches": run.assessments.filter(fallback=True).count(),
        "unknown_patches": run.assessments.filter(label_class="unknown").count(),
        "partition_steps": apart.slowest(10),
        "classify_steps": judged.slowest(16),
    }


def _speeds(count: int, workers: int, apart: Stopwatch, judged: Stopwatch) -> dict[str, Any]:
    per = PER / count
    return {
        "seconds_per_10k_patches": round(apart.wall * per, 2),
        "partition_cpu_seconds_per_10k": round(_cpu(apart, workers) * per, 2),
        "patches_per_s": round(count / apart.wall, 1),
        "classify_seconds_per_10k": round(judged.wall * per, 2),
        "classify_cpu_seconds_per_10k": round(_cpu(judged, workers) * per, 2),
    }


def _ratios(
    count: int, workers: int, apart: Stopwatch, plain: rivals.Plain, chained: rivals.Chain
) -> dict[str, Any]:
    """By processor seconds, which hold on a busy machine too."""
    per, sampled = PER / count, PER / chained.patches
    partition = _cpu(apart, workers) * per
    return {
        "geopandas_seconds_per_10k": round(chained.seconds * sampled, 2),
        "geopandas_cpu_seconds_per_10k": round(chained.cpu * sampled, 2),
        "geopandas_sample": chained.patches,
        "geopandas_patches_off": chained.patches_off,
        "geopandas_chain_over_partition_per_core": round(chained.cpu * sampled / partition, 2),
        "floor_cpu_seconds_per_10k": round(plain.seconds * per, 2),
        "partition_over_floor_per_core": round(partition / max(plain.seconds * per, 1e-9), 2),
    }


def _cpu(watch: Stopwatch, workers: int) -> float:
    """Processor seconds; where the server's cannot be seen, the time of all workers."""
    return watch.cpu_under("") or watch.wall * workers


def _classify(ids: list[int], size: Size, say: Callable[[str], None]) -> tuple[Run, Stopwatch]:
    """The whole of classify, as a user runs it."""

    def progress(done: int, total: int) -> None:
        if done == total or done * 10 // total != (done - 1) * 10 // total:
            say(f"判定 {done} / {total}")

    with measured() as watch:
        run = classify.classify(
            ids, ruleset=RULESET, as_of=AS_OF, workers=size.workers, progress=progress
        )
    return run, watch


def _partition(run: Run, size: Size, say: Callable[[str], None]) -> Stopwatch:
    """The partition alone: sql/engine/partition in its order, chunk by chunk, nothing stored."""
    context = classify.run_context(run)
    ids = list(
        Assessment.objects.filter(run=run)
        .order_by("patch__ground", "pk")
        .values_list("pk", flat=True)
    )
    step = min(classify.CHUNK_PATCHES, max(1, -(-len(ids) // (2 * size.workers))))
    parts = [ids[low : low + step] for low in range(0, len(ids), step)]
    with measured() as watch, ThreadPoolExecutor(size.workers) as pool:
        list(pool.map(lambda part: sqlfiles.in_thread(_cut, context, part), parts))
    say(f"划分 {len(ids)} 个图斑：{watch.wall:.1f} 秒")
    return watch


def _cut(context: chunks.RunContext, assessment_ids: list[int]) -> None:
    told: dict[str, Any] = {
        **context.params,
        "assessment_ids": assessment_ids,
        "grid": chunks.EXACT,
        "version_ids": [],
    }
    with transaction.atomic():
        for path in sorted((sqlfiles.SQL_ROOT / PARTITION).glob("*.sql")):
            name = f"{PARTITION}{path.stem}"
            if path.stem.endswith("index_parts"):
                continue  # for patches far larger than these
            if path.stem.endswith("name_reads"):
                told["version_ids"] = [row["version_id"] for row in sqlfiles.rows(name)]
            else:
                sqlfiles.execute(name, told)
