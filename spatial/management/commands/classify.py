"""classify: judge patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from spatial.engine import classify, selection
from spatial.engine.compare import changes_by_county
from spatial.errors import GislandError
from spatial.management.console import HouseCommand, a_date, a_time, add_json
from spatial.models import Run
from spatial.rules.load import load_ruleset

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Judge patches: run and apply; with --diff, store the run unapplied and print the changes."""

    help = "判定图斑：运行并采用；--diff 只存不采用并列出变化；--apply 采用已存的一次。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the contract (design section 9)."""
        parser.add_argument("--batch", help="批次号")
        parser.add_argument("--patch", help="图斑地址：批次/县代码/监测编号")
        parser.add_argument("--ruleset", help="规则集（默认取批次所定）")
        parser.add_argument("--as-of", help="截至日期（默认今天）")
        parser.add_argument("--known-at", help="所知截至（默认此刻）")
        parser.add_argument("--workers", type=int, help="并行数（默认每核一个）")
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--diff", action="store_true", help="存为未采用的分析并列出变化")
        chosen.add_argument("--apply", type=int, metavar="RUN", help="采用这一次分析")
        chosen.add_argument("--resume", type=int, metavar="RUN", help="继续已停止的分析并采用")
        chosen.add_argument("--dry-run", action="store_true", help="只说将判定什么，不写入")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        if options["apply"] is not None:
            self._print(classify.apply_run(_run(options["apply"])), options)
            return
        if options["resume"] is not None:
            run = classify.resume(
                _run(options["resume"]), workers=options["workers"], progress=self.progress
            )
            self._print(classify.apply_run(run), options)
            return
        ids, ruleset = selection.patches_of(options["batch"], options["patch"])
        if options["ruleset"] and not (options["batch"] or options["patch"]):
            ids = selection.patches_of_ruleset(options["ruleset"])
        ruleset = options["ruleset"] or ruleset
        if options["dry_run"]:
            version = load_ruleset(ruleset)
            self.say(f"将按 {version} 判定 {len(ids)} 个图斑；未写入。")
            return
        run = classify.classify(
            ids,
            ruleset=ruleset,
            as_of=a_date(options["as_of"]) if options["as_of"] else timezone.localdate(),
            known_at=a_time(options["known_at"]) if options["known_at"] else None,
            workers=options["workers"],
            progress=self.progress,
        )
        if not options["diff"]:
            run = classify.apply_run(run)
        self._print(run, options)

    def _print(self, run: Run, options: dict[str, Any]) -> None:
        if options["json"]:
            found = {
                "run": run.pk,
                "ruleset": run.ruleset.name,
                "ruleset_version": run.ruleset.version,
                "as_of": run.as_of,
                "known_at": run.known_at,
                "patches": run.patch_done,
                "applied": run.applied_at is not None,
            }
            if options["diff"]:
                found["changes"] = changes_by_county(run)
            self.print_json(found)
            return
        if options["diff"]:
            for group in changes_by_county(run):
                self.stdout.write(f"{group['county_name']}（{group['county']}）")
                for change in group["changes"]:
                    self.stdout.write(
                        f"  {change['address']}  {change['before'] or '未判'} → "
                        f"{change['after']}  {change['area_mu']} 亩"
                    )
            self.stdout.write(f"分析 {run.pk} 已存，未采用。采用：classify --apply {run.pk}")
            return
        self.stdout.write(
            f"分析 {run.pk}：{run.ruleset}，截至 {run.as_of}，{run.patch_done} 个图斑，已采用。"
        )


def _run(number: int) -> Run:
    found = Run.objects.filter(pk=number).select_related("ruleset").first()
    if found is None:
        raise GislandError(f"没有分析 {number}")
    return found
