"""``bench overlay``: derive, partition, classify, and the chain of geopandas on the same ground."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from gisland.bench import arrangement, cutting, rivals
from gisland.bench.ground import make_prefecture
from gisland.bench.load import load
from gisland.bench.stopwatch import Stopwatch, measured
from spatial import sqlfiles
from spatial.engine import classify
from spatial.models import Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.models import Run

RULESET = "land-enforcement"
AS_OF = date(2024, 6, 30)
PER = 10_000
JUDGED = 10_000
"""Patches that are judged, compared and chained; all of them are cut."""
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
    del place
    before_mb = _client_mb()
    # a delivery is spread over the whole ground: every n-th patch, not one corner
    some = ids[:: max(1, len(ids) // JUDGED)][:JUDGED]
    run, judged = _classify(some, size, say)
    again = classify.open_run(some, ruleset=RULESET, as_of=AS_OF)
    apart = _told(cutting.cut(again, size.workers), say)
    client_mb = {str(len(some)): _client_mb() - before_mb}
    plain_floor = cutting.floor(again, size.workers)
    say(f"下限（仅求交与面积）：处理器 {_cpu(plain_floor, size.workers):.1f} 秒")
    whole, unclosed = apart, apart.unclosed
    if len(ids) > len(some):
        every = classify.open_run(ids, ruleset=RULESET, as_of=AS_OF)
        whole = _told(cutting.cut(every, size.workers), say)
        unclosed += whole.unclosed
        client_mb[str(len(ids))] = _client_mb() - before_mb
    plain = rivals.intersect(run.pk, layers, say)
    other = arrangement.compare(run.pk, layers, size.sample, say)
    chained = rivals.chain(run.pk, layers, size.sample, say)
    return {
        "polygons": zones["land_use"],
        "patches": len(ids),
        "patches_judged": len(some),
        "layers": len(layers),
        "workers": size.workers,
        "zones": zones,
        "derive_seconds": derive_seconds,
        **_speeds(len(some), size.workers, apart.watch, judged),
        "patches_per_s": round(whole.patches / whole.watch.wall, 1),
        **_ratios(size.workers, apart, plain_floor, plain, chained),
        "growth": round(whole.patches / apart.patches, 2),
        "growth_10x": _growth(size.workers, apart, whole),
        "client_mb_more": client_mb,
        "classify_over_partition": round(
            _cpu(judged, size.workers) / _cpu(apart.watch, size.workers), 2
        ),
        "patches_not_closing": unclosed
        + len({row["assessment_id"] for name in CLOSING for row in sqlfiles.rows(name)}),
        "zones_off": plain.off,
        "zones_compared": plain.compared,
        "pieces_off": other.off,
        "pieces_compared": other.pieces,
        "pieces_compared_patches": other.patches,
        "pieces": Piece.objects.filter(assessment__run=run).count(),
        "fallback_patches": run.assessments.filter(fallback=True).count(),
        "unknown_patches": run.assessments.filter(label_class="unknown").count(),
        "partition_steps": apart.watch.slowest(10),
        "classify_steps": judged.slowest(16),
    }


def _told(found: cutting.Cut, say: Callable[[str], None]) -> cutting.Cut:
    say(f"划分 {found.patches} 个图斑：{found.watch.wall:.1f} 秒")
    return found


def _client_mb() -> int:
    """The most memory that this program has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _growth(workers: int, apart: cutting.Cut, whole: cutting.Cut) -> float | None:
    """What ten times the patches cost, from two sizes (10 is linear); None from one size."""
    if whole is apart:
        return None
    each = _cpu(apart.watch, workers) / apart.patches
    return round(10 * _cpu(whole.watch, workers) / whole.patches / each, 2)


def _speeds(count: int, workers: int, apart: Stopwatch, judged: Stopwatch) -> dict[str, Any]:
    per = PER / count
    return {
        "seconds_per_10k_patches": round(apart.wall * per, 2),
        "partition_cpu_seconds_per_10k": round(_cpu(apart, workers) * per, 2),
        "classify_seconds_per_10k": round(judged.wall * per, 2),
        "classify_cpu_seconds_per_10k": round(_cpu(judged, workers) * per, 2),
    }


def _ratios(
    workers: int,
    apart: cutting.Cut,
    plain_floor: Stopwatch,
    plain: rivals.Plain,
    chained: rivals.Chain,
) -> dict[str, Any]:
    """By processor seconds, which hold on a busy machine too."""
    per, sampled = PER / apart.patches, PER / chained.patches
    partition, least = _cpu(apart.watch, workers), max(_cpu(plain_floor, workers), 1e-9)
    return {
        "geopandas_seconds_per_10k": round(chained.seconds * sampled, 2),
        "geopandas_cpu_seconds_per_10k": round(chained.cpu * sampled, 2),
        "geopandas_sample": chained.patches,
        "geopandas_patches_off": chained.patches_off,
        "geopandas_chain_over_partition_per_core": round(
            chained.cpu * sampled / (partition * per), 2
        ),
        "floor_cpu_seconds_per_10k": round(least * per, 2),
        "floor_of_shapely_cpu_seconds_per_10k": round(plain.seconds * per, 2),
        "partition_over_floor": round(partition / least, 2),
        "partition_over_floor_by_clock": round(apart.watch.wall / plain_floor.wall, 2),
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
