"""classify: ruleset × patches × as_of × pinned versions → one run with its assessments."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from spatial import sqlfiles
from spatial.engine import reads
from spatial.engine.chunks import RunContext, infer_subjects, judge_chunk
from spatial.engine.held import AWAY, STOPPED, broken_off, holding, is_away
from spatial.engine.lock import changing_data, pinning_data
from spatial.engine.touched import touched_since
from spatial.errors import GislandError, RunFailed, RunStale, Stopped
from spatial.models import Assessment, RulesetVersion, Run
from spatial.models.run import RunStatus
from spatial.rules.load import load_ruleset

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence

    from spatial.engine.touched import Cause

    Progress = Callable[[int, int], None]

CHUNK_PATCHES = 250
"""Patches of one transaction: large enough to plan once, small enough to stop soon."""


def classify(  # noqa: PLR0913 - what a run is
    patch_ids: Sequence[int],
    *,
    ruleset: str | RulesetVersion,
    as_of: datetime.date,
    known_at: datetime.datetime | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    causes: Sequence[Cause] = (),
    refresh: bool = True,
) -> Run:
    """Judge patches and store an unapplied run; ``apply_run`` makes it current.

    ``refresh=False`` leaves the planner's statistics as they are: for a handful of patches.

    ``causes`` are the changes that touched these patches: kept with the run, for people to read.
    Stopping it (KeyboardInterrupt, or Stopped raised by ``progress``) leaves the run stopped;
    ``resume`` goes on where it ended.
    Raises RulesetInvalid, RulesetChanged, RunFailed; nothing of a failed run is ever current.
    """
    run = open_run(
        patch_ids, ruleset=ruleset, as_of=as_of, known_at=known_at, causes=causes, refresh=refresh
    )
    return resume(run, workers=workers, progress=progress, refresh=refresh)


def open_run(
    patch_ids: Sequence[int],
    *,
    ruleset: str | RulesetVersion,
    as_of: datetime.date,
    known_at: datetime.datetime | None = None,
    causes: Sequence[Cause] = (),
    refresh: bool = True,
) -> Run:
    """A run with its pins and one open assessment for each patch; ``resume`` judges them."""
    if not patch_ids:
        raise GislandError("没有要分析的图斑。请核对批次或图斑地址。")
    chosen = ruleset if isinstance(ruleset, RulesetVersion) else load_ruleset(ruleset)
    with transaction.atomic():
        pinning_data()
        now = timezone.now()
        if known_at is not None and known_at > now:
            raise GislandError(f"所知截至 {known_at:%Y-%m-%d %H:%M} 在将来，不能作为依据。")
        run = Run.objects.create(
            ruleset=chosen,
            as_of=as_of,
            known_at=known_at or now,
            code_version=code_version(),
            patch_total=len(patch_ids),
        )
        ids = list(patch_ids)
        layers = reads.layers_read(chosen)
        run.scope = {"layers": layers, "causes": [cause.as_json() for cause in causes]}
        run.save(update_fields=["scope"])
        sqlfiles.execute(
            "engine/runs/10_pin_versions",
            {
                "run_id": run.pk,
                "patch_ids": ids,
                "layers": layers,
                "everywhere": reads.layers_everywhere(chosen),
                "known_at": run.known_at,
            },
        )
        sqlfiles.execute("engine/runs/20_open_assessments", {"run_id": run.pk, "patch_ids": ids})
    if refresh:
        sqlfiles.analyze("spatial_assessment")
    return run


def resume(
    run: Run,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    refresh: bool = True,
) -> Run:
    """Judge what is left of a run; safe to repeat. Refused (RunStale) once it is applied, when the
    engine has changed since it began, or while somebody else is at it."""
    if run.applied_at is not None:
        raise RunStale(f"分析 {run.pk} 已采用，不能再继续。请重新运行 classify。")
    if run.code_version != code_version():
        raise RunStale(f"分析 {run.pk} 由另一版程序开始，不能接着算。请重新运行 classify。")
    with holding(run):
        return _go_on(run, workers, progress, refresh=refresh)


def _go_on(run: Run, workers: int | None, progress: Progress | None, *, refresh: bool) -> Run:
    context = run_context(run)
    looking = progress and (lambda _, total: progress(0, total))
    if not Run.objects.filter(pk=run.pk, applied_at=None).update(status=RunStatus.RUNNING):
        raise RunStale(f"分析 {run.pk} 已采用，不能再继续。请重新运行 classify。")
    try:
        if context.subject_layers and not run.scope.get("subjects_done"):
            _in_chunks(run, lambda part: infer_subjects(context, part), workers, looking)
            run.scope["subjects_done"] = True
            run.save(update_fields=["scope"])
        _in_chunks(run, lambda part: judge_chunk(context, part), workers, progress)
    except (KeyboardInterrupt, Stopped):
        _finish(run, RunStatus.STOPPED, STOPPED)
        raise
    except AWAY as error:
        if not is_away(error):
            _finish(run, RunStatus.FAILED, str(error))
            raise
        broken_off(run)
        raise RunFailed(
            f"数据库连接中断，分析 {run.pk} 没有算完；已算完的图斑都在，没有采用任何结果。"
            f"数据库恢复后运行 classify --resume {run.pk} 继续。"
        ) from error
    except Exception as error:
        _finish(run, RunStatus.FAILED, str(error))
        raise
    for table in ("spatial_piece", "spatial_piecenotion", "spatial_assessment") if refresh else ():
        sqlfiles.analyze(table)
    return _finish(run, RunStatus.DONE, "")


def apply_run(run: Run, *, at: datetime.datetime | None = None) -> Run:
    """Make exactly this run current; refused (RunStale) if data changed since it was computed, or
    it was applied already: the day on which something became current never moves."""
    if run.status != RunStatus.DONE:
        raise RunStale(f"分析 {run.pk} 未完成（{run.get_status_display()}），不能采用。")
    if run.assessments.exclude(patch__batch__ruleset=run.ruleset.name).exists():
        raise GislandError(
            f"分析 {run.pk} 所用规则集 {run.ruleset.name} 不是这些批次所定的规则集，"
            "只可查看，不可采用。"
        )
    with transaction.atomic():
        changing_data()
        run.refresh_from_db(fields=["status", "applied_at"])
        if run.applied_at is not None:
            raise RunStale(
                f"分析 {run.pk} 已于 {timezone.localtime(run.applied_at):%Y-%m-%d %H:%M} 采用，"
                "采用时间不能改动。要重新判定请运行 classify。"
            )
        if run.status != RunStatus.DONE:
            raise RunStale(f"分析 {run.pk} 在采用前又被继续，请等它完成后再采用。")
        if changed := changes_since(run):
            raise RunStale(f"分析 {run.pk} 之后数据已变：{changed}。请重新运行 classify --diff。")
        when = at or timezone.now()
        _require_later(run, when)
        sqlfiles.execute("engine/runs/60_retire_current", {"run_id": run.pk})
        sqlfiles.execute("engine/runs/70_make_current", {"run_id": run.pk, "applied_at": when})
        run.applied_at = when
        run.save(update_fields=["applied_at"])
    return run


def apply_first(run: Run) -> Run:
    """Make current a run whose patches nothing has judged before, waiting for nobody.

    Raises RunStale where one of them has a current assessment: then ``apply_run`` is the way.
    """
    if run.status != RunStatus.DONE or run.applied_at is not None:
        raise RunStale(f"分析 {run.pk} 未完成或已采用，不能采用。")
    if Assessment.objects.filter(patch__assessments__run=run, is_current=True).exists():
        raise RunStale(f"分析 {run.pk} 的图斑已有现行评定，不能作为首次评定采用。")
    run.applied_at = timezone.now()
    sqlfiles.execute(
        "engine/runs/70_make_current", {"run_id": run.pk, "applied_at": run.applied_at}
    )
    run.save(update_fields=["applied_at"])
    return run


def _require_later(run: Run, when: datetime.datetime) -> None:
    """What counts at a moment is read by these times, so none comes before what it replaces."""
    newest = Assessment.objects.filter(
        patch__assessments__run=run, is_current=True, applied_at__gt=when
    )
    if found := newest.order_by("-applied_at").first():
        raise RunStale(
            f"采用时间 {when:%Y-%m-%d %H:%M} 早于现行分析 {found.run_id} 的采用时间，"
            "所知截至的查询会因此出错。请核对服务器时间。"
        )


def changes_since(run: Run) -> str:
    """What changed after a run's known_at that touches its patches; empty if nothing does.

    Changes elsewhere, in its counties too, do not count; see spatial/engine/touched.py.
    """
    newer = Assessment.objects.filter(
        patch__assessments__run=run, is_current=True, run_id__gt=run.pk
    )
    if found := newer.select_related("patch__batch", "patch__region").first():
        return f"图斑 {found.patch.address} 已有更新的分析 {found.run_id}"
    causes = touched_since(run, timezone.now()).causes
    more = f"等 {len(causes)} 项变化" if len(causes) > 1 else ""
    return f"{causes[0]}{more}" if causes else ""


def run_context(run: Run) -> RunContext:
    """What the chunks of a run share."""
    return RunContext(
        run_id=run.pk,
        known_at=run.known_at,
        subject_layers=tuple(reads.subject_layers(run.ruleset)),
        group_layers=tuple(reads.group_layers(run.ruleset)),
        fact_layers=tuple(reads.fact_layers(run.ruleset)),
        summed_layers=tuple(reads.layers_everywhere(run.ruleset)),
        groups=bool(run.ruleset.settings.get("groups")),
        widens=run.ruleset.notions.filter(within_m__gt=0).exists(),
    )


def _in_chunks(
    run: Run,
    work: Callable[[list[int]], object],
    workers: int | None,
    progress: Progress | None,
) -> None:
    ids = [row["id"] for row in sqlfiles.rows("engine/runs/40_order_patches", {"run_id": run.pk})]
    total, done = len(ids), 0
    count = workers or settings.WORKERS
    alone = count == 1 or transaction.get_connection().in_atomic_block
    size = CHUNK_PATCHES if alone else min(CHUNK_PATCHES, max(1, -(-total // 4)))
    chunks = [ids[start : start + size] for start in range(0, total, size)]
    if alone or len(chunks) == 1:
        for chunk in chunks:
            work(chunk)
            done += len(chunk)
            _report(run, done, total, progress)
        return
    with ThreadPoolExecutor(max_workers=count) as pool:
        futures = {pool.submit(sqlfiles.in_thread, work, chunk): chunk for chunk in chunks}
        try:
            for future in as_completed(futures):
                future.result()
                done += len(futures[future])
                _report(run, done, total, progress)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _report(run: Run, done: int, total: int, progress: Progress | None) -> None:
    if not Run.objects.filter(pk=run.pk, status=RunStatus.RUNNING).exists():
        raise Stopped(f"分析 {run.pk} 已停止，没有采用；继续：classify --resume {run.pk}")
    if progress is not None:
        sqlfiles.execute("engine/runs/50_count_progress", {"run_id": run.pk})
        progress(done, total)


def _finish(run: Run, status: str, note: str) -> Run:
    sqlfiles.execute("engine/runs/50_count_progress", {"run_id": run.pk})
    Run.objects.filter(pk=run.pk).update(status=status, note=note, finished_at=timezone.now())
    run.refresh_from_db()
    return run


@cache
def code_version() -> str:
    """The engine that computed a run: a digest of its statements and functions."""
    digest = hashlib.sha256()
    for folder in ("engine", "functions"):
        for path in sorted((sqlfiles.SQL_ROOT / folder).rglob("*.sql")):
            digest.update(path.read_bytes())
    return f"0.1.0+{digest.hexdigest()[:12]}"
