"""Show what was taken out, and find the record of a file by its mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from imports.models import ExportLog
from spatial.management.console import HouseCommand, a_date, add_json

if TYPE_CHECKING:
    from argparse import ArgumentParser

MOST = 50


class Command(HouseCommand):
    """List the records of exports, the newest first."""

    help = "列出导出记录；--mark 按文件里的编号查是谁、何时、按什么条件导出的。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which records."""
        parser.add_argument("action", choices=("list",))
        parser.add_argument("--mark", metavar="编号", help="文件里写的编号")
        parser.add_argument("--by", metavar="USER", help="只看这个账号的")
        parser.add_argument("--since", metavar="DATE", help="只看这天起的")
        parser.add_argument("--most", type=int, default=MOST, metavar="N", help="最多列几条")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, read, print."""
        found = ExportLog.objects.select_related("by")
        if options["mark"]:
            found = found.filter(mark=options["mark"].strip())
        if options["by"]:
            found = found.filter(by__username=options["by"])
        if options["since"]:
            found = found.filter(at__date__gte=a_date(options["since"]))
        rows = [_told(log) for log in found[: max(options["most"], 1)]]
        if options["json"]:
            self.print_json(rows)
            return
        for row in rows:
            self.stdout.write(
                f"{row['mark']}  {row['at']}  {row['by']}  {row['what']} {row['format']} "
                f"{row['rows']} 个要素  {row['path']}"
            )
        if not rows:
            self.stdout.write("没有这样的导出记录。")


def _told(log: ExportLog) -> dict[str, Any]:
    return {
        "mark": log.mark, "at": timezone.localtime(log.at).strftime("%Y-%m-%d %H:%M"),
        "by": log.by_name, "account": log.by.username if log.by else None, "what": log.what,
        "format": log.format, "path": log.path, "rows": log.rows, "crs": log.crs,
        "asked": log.asked, "scope_key": log.scope_key,
    }  # fmt: skip
