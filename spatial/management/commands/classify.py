"""classify: judge patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from spatial.engine import classify, selection
from spatial.engine.compare import changes_of
from spatial.engine.compare_tables import lines_of, tables_of
from spatial.engine.known import end_of
from spatial.engine.touched import Touched, touched_patches
from spatial.errors import GislandError, Stopped
from spatial.management.console import HouseCommand, a_date, a_time, add_json
from spatial.models import Run
from spatial.rules.load import load_ruleset

if TYPE_CHECKING:
    import datetime
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from spatial.models import RulesetVersion

    Options = dict[str, Any]
    Work = list[tuple[RulesetVersion, list[int], Touched]]

SAID_AT_ONCE = 10


class Command(HouseCommand):
    """Judge patches: run and apply; with --diff, store the run unapplied and print the changes."""

    help = (
        "判定图斑：运行并采用；--touched 只判定数据变化所涉及的；--diff 只存不采用并列出变化；"
        "--apply 采用已存的一次。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the contract (design section 9)."""
        parser.add_argument("--batch", help="批次号")
        parser.add_argument("--patch", help="图斑地址：批次/县代码/监测编号")
        parser.add_argument("--ruleset", help="规则集（默认取批次所定）")
        parser.add_argument("--as-of", help="截至日期（默认今天）")
        parser.add_argument("--known-at", help="所知截至（默认此刻；只写日期指当日终了）")
        parser.add_argument("--workers", type=int, help="并行数（默认每核一个）")
        parser.add_argument(
            "--touched", action="store_true", help="只判定现行评定之后的数据变化所涉及的图斑"
        )
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--diff", action="store_true", help="存为未采用的分析并列出变化")
        chosen.add_argument("--apply", type=int, metavar="RUN", help="采用这一次分析")
        chosen.add_argument("--resume", type=int, metavar="RUN", help="继续已停止的分析并采用")
        chosen.add_argument("--dry-run", action="store_true", help="只说将判定什么，不写入")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print; what was stopped says how to go on."""
        try:
            self._do(options)
        except Stopped as stopped:
            raise CommandError(str(stopped)) from stopped
        except KeyboardInterrupt as stopped:
            raise CommandError(
                "已停止，没有采用；继续：classify --resume 编号（见 /runs/）"
            ) from stopped

    def _do(self, options: Options) -> None:
        _known_at(options)  # refused before anything is looked up
        if options["apply"] is not None:
            self._print([classify.apply_run(_run(options["apply"]))], options)
            return
        if options["resume"] is not None:
            run = classify.resume(
                _run(options["resume"]), workers=options["workers"], progress=self.progress
            )
            self._print([classify.apply_run(run)], options)
            return
        if options["dry_run"]:
            # looking up a ruleset stores it, and the search makes tables: none of it stays
            with transaction.atomic():
                self._foretell(_work(options), options)
                transaction.set_rollback(True)
            return
        runs = []
        for ruleset, ids, touched in _work(options):
            self._say_causes(touched)
            if ids:
                runs.append(self._judge(ruleset, ids, touched, options))
        self._print(runs, options)

    def _judge(
        self, ruleset: RulesetVersion, ids: list[int], touched: Touched, options: Options
    ) -> Run:
        run = classify.classify(
            ids,
            ruleset=ruleset,
            as_of=_as_of(options),
            known_at=_known_at(options),
            workers=options["workers"],
            progress=self.progress,
            causes=touched.causes,
        )
        return run if options["diff"] else classify.apply_run(run)

    def _say_causes(self, touched: Touched) -> None:
        for cause in touched.causes:
            self.say(str(cause))

    def _foretell(self, work: Work, options: Options) -> None:
        """What would be judged, and why; nothing is written."""
        if options["json"]:
            found = [
                {
                    "ruleset": ruleset.name,
                    "ruleset_version": ruleset.version,
                    "as_of": _as_of(options),
                    "known_at": _known_at(options),
                    "patches": len(ids),
                    "causes": [cause.as_json() for cause in touched.causes],
                }
                for ruleset, ids, touched in work
            ]
            self.print_json({"dry_run": True, "runs": found})
            return
        for ruleset, ids, touched in work:
            self._say_causes(touched)
            self.say(f"将按 {ruleset} 判定 {len(ids)} 个图斑；未写入。")

    def _print(self, runs: list[Run], options: Options) -> None:
        if options["json"]:
            found = [_told(run, with_changes=options["diff"]) for run in runs]
            self.print_json({"runs": found} if options["touched"] else found[0])
            return
        for run in runs:
            if options["diff"]:
                self.stdout.writelines(f"{line}\n" for line in lines_of(tables_of(changes_of(run))))
                self.stdout.write(f"分析 {run.pk} 已存，未采用。采用：classify --apply {run.pk}")
            else:
                self.stdout.write(
                    f"分析 {run.pk}：{run.ruleset}，截至 {run.as_of}，"
                    f"{run.patch_done} 个图斑，已采用。"
                )
            if unclosed := list(run.unclosed().select_related("patch__batch", "patch__region")):
                self.stdout.write(
                    f"其中 {len(unclosed)} 个图斑面积不闭合，判为数据不足，请核对图形："
                    + "、".join(found.patch.address for found in unclosed[:SAID_AT_ONCE])
                    + ("等" if len(unclosed) > SAID_AT_ONCE else "")
                )
        if not runs:
            self.stdout.write("没有图斑受数据变化影响，无须重判。")


def _work(options: Options) -> Work:
    """Ruleset, patches and what touched them: one entry a run."""
    if options["touched"]:
        return [(ruleset, touched.patch_ids, touched) for ruleset, touched in _touched(options)]
    ids, name = selection.patches_of(options["batch"], options["patch"])
    if options["ruleset"] and not (options["batch"] or options["patch"]):
        ids = selection.patches_of_ruleset(options["ruleset"])
    if not ids:
        raise GislandError("没有要分析的图斑。请核对批次或图斑地址。")
    return [(load_ruleset(options["ruleset"] or name), ids, Touched(()))]


def _touched(options: Options) -> Iterator[tuple[RulesetVersion, Touched]]:
    """By ruleset, what changes touch: of a batch or a patch, else of all issued patches."""
    of_all = not (options["batch"] or options["patch"])
    asked: dict[str, list[int] | None] = (
        dict.fromkeys([options["ruleset"]] if options["ruleset"] else selection.rulesets())
        if of_all
        else dict(
            selection.patches_by_ruleset(options["batch"], options["patch"], options["ruleset"])
        )
    )
    until = _known_at(options) or timezone.now()
    for name, ids in asked.items():
        ruleset = load_ruleset(name)
        yield ruleset, touched_patches(ruleset, ids, as_of=_as_of(options), until=until)


def _as_of(options: Options) -> datetime.date:
    return a_date(options["as_of"]) if options["as_of"] else timezone.localdate()


def _known_at(options: Options) -> datetime.datetime | None:
    """The moment of --known-at; of a date alone its end here, and of today this moment."""
    text = options["known_at"]
    if not text:
        return None
    if len(text) > len("2024-03-31"):
        found = a_time(text)
    elif (day := a_date(text)) == timezone.localdate():
        return None
    else:
        found = end_of(day)
    if found > timezone.now():
        raise GislandError(f"--known-at {text} 在将来，不能作为依据。请改用今天或以前的日期。")
    return found


def _told(run: Run, *, with_changes: bool) -> dict[str, Any]:
    """A run for a machine."""
    found: dict[str, Any] = {
        "run": run.pk,
        "ruleset": run.ruleset.name,
        "ruleset_version": run.ruleset.version,
        "as_of": run.as_of,
        "known_at": run.known_at,
        "patches": run.patch_done,
        "applied": run.applied_at is not None,
        "unclosed": run.unclosed().count(),
        "causes": run.scope.get("causes", []),
    }
    if with_changes:
        found["changes"] = tables_of(changes_of(run))
    return found


def _run(number: int) -> Run:
    found = Run.objects.filter(pk=number).select_related("ruleset").first()
    if found is None:
        raise GislandError(f"没有分析 {number}")
    return found
