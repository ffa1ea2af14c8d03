"""correct_subject: who uses the ground of a patch, put right; all that follows is judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from spatial import units
from spatial.engine import corrections, register
from spatial.errors import GislandError
from spatial.management.console import HouseCommand, a_date, add_json
from spatial.models import Patch, User

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from spatial.models import Run, SubjectCorrection


class Command(HouseCommand):
    """Record a correction and judge again what both holders touch."""

    help = "更正图斑的用地单位，并重判前后两个单位涉及的全部图斑。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which patch, who, by whom."""
        parser.add_argument("address", help="批次/县代码/监测编号")
        parser.add_argument("--holder", metavar="NAME|CODE", help="单位名称或统一社会信用代码")
        parser.add_argument("--new", action="store_true", help="登记为新单位（未登记过时）")
        parser.add_argument("--code", default="", help="新单位的统一社会信用代码")
        parser.add_argument("--withdraw", action="store_true", help="撤回现有更正")
        parser.add_argument("--by", required=True, metavar="USER", help="认定人的用户名")
        parser.add_argument("--on", metavar="DATE", help="更正日期，默认今天")
        parser.add_argument("--note", default="", help="说明")
        parser.add_argument("--as-of", metavar="DATE", help="重判截至，默认同该图斑现行评定")
        parser.add_argument("--workers", type=int)
        parser.add_argument("--diff", action="store_true", help="重判只存不采用，列出变化")
        parser.add_argument("--dry-run", action="store_true", help="只算出变化，什么都不写")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        if bool(options["holder"]) == options["withdraw"]:
            raise GislandError("请用 --holder 写明用地单位，或用 --withdraw 撤回现有更正。")
        patch = Patch.objects.by_address(options["address"])
        if not options["dry_run"]:
            self._print(*self._correct(patch, options), options)
            return
        with transaction.atomic():
            self._print(*self._correct(patch, options), options)
            transaction.set_rollback(True)

    def _correct(self, patch: Patch, options: dict[str, Any]) -> tuple[SubjectCorrection, Run]:
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise GislandError(f"没有账号 {options['by']}。--by 须为已有账号的用户名。")
        today = timezone.localdate()
        on = a_date(options["on"]) if options["on"] else today
        if on > today:
            raise GislandError(f"更正日期 {on} 在将来。请核对 --on。")
        said = {"by": by, "on": on, "note": options["note"]}
        with transaction.atomic():
            if options["withdraw"]:
                fact = corrections.withdraw_correction(patch, **said)
            else:
                fact = corrections.correct_subject(patch, _holder(options), **said)
        run = corrections.rejudge(
            corrections.holders_of(patch),
            ruleset=patch.batch.ruleset,
            as_of=a_date(options["as_of"])
            if options["as_of"]
            else corrections.judged_as_of(patch) or today,
            also=[patch.pk],
            diff=options["diff"] or options["dry_run"],
            workers=options["workers"],
            progress=self.progress,
        )
        return fact, run

    def _print(self, fact: SubjectCorrection, run: Run, options: dict[str, Any]) -> None:
        found = corrections.changes(run)
        if options["json"]:
            self.print_json(
                {
                    "address": options["address"],
                    "holder": None if fact.withdrawn else fact.holder.name,
                    "code": "" if fact.withdrawn else fact.holder.code,
                    "written": not options["dry_run"],
                    "run": None if options["dry_run"] else run.pk,
                    "applied": run.applied_at is not None,
                    "patches": run.patch_done,
                    "changes": [
                        {key: row[key] for key in row if not key.endswith("_id")} for row in found
                    ],
                }
            )
            return
        said = "撤回更正" if fact.withdrawn else f"用地单位更正为 {fact.holder}"
        self.stdout.write(f"{options['address']}：{said}{'（试运行）' * options['dry_run']}")
        self.stdout.write(f"重判 {run.patch_done} 个图斑，其中 {len(found)} 个有变化。")
        for row in found:
            self.stdout.write(
                f"  {row['address']}  {row['before_term'] or '未判'} → {row['after_term']}  "
                f"用地单位 {row['before_subject'] or '未知'} → {row['after_subject'] or '未知'}  "
                f"改判 {units.mu(row['moved_m2'])} 亩"
            )
        if options["dry_run"]:
            self.stdout.write("什么都没有写入。")
        elif options["diff"]:
            self.stdout.write(f"分析 {run.pk} 已存，未采用。采用：classify --apply {run.pk}")


def _holder(options: dict[str, Any]) -> Any:
    if options["new"]:
        return register.enter_holder(options["holder"], options["code"])
    return register.known_holder(options["holder"])
