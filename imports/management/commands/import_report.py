"""Write what was found in a delivery, row by row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imports import issue_report, reconcile
from imports.management import options
from imports.models import Delivery
from spatial import vocabulary


class Command(BaseCommand):
    help = "导出一次导入的问题清单：逐行列出问题、位置、处理、由谁改正，并附涉及的行和对账"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("delivery", type=int, metavar="DELIVERY", help="导入编号")
        parser.add_argument("file", nargs="?", metavar="FILE", help="写到哪个文件；不给则只看合计")
        parser.add_argument(
            "--format", choices=list(issue_report.WRITERS), help="默认按文件名的后缀"
        )
        parser.add_argument("--json", action="store_true", help="标准输出只写 JSON")

    def handle(self, **given: Any) -> None:
        delivery = Delivery.objects.filter(pk=given["delivery"]).first()
        if delivery is None:
            raise CommandError(f"没有导入 {given['delivery']}。编号见导入命令的输出或后台。")
        if given["file"]:
            path = Path(given["file"])
            form = given["format"] or path.suffix.lstrip(".").lower()
            with options.readable_errors():
                try:
                    issue_report.write_report(delivery, path, form)
                except OSError as error:
                    reason = f"写不了 {path}：{error.strerror}。请换一个位置。"
                    raise CommandError(reason) from error
        if given["json"]:
            told = issue_report.told(delivery)
            self.stdout.write(json.dumps(told, ensure_ascii=False, default=str))
            return
        self._say(delivery, given["file"])

    def _say(self, delivery: Delivery, written: str | None) -> None:
        found = issue_report.summary(delivery)
        levels = vocabulary.issue_level_terms()
        counts = "，".join(f"{levels[code]} {count}" for code, count in found["levels"].items())
        self.stdout.write(f"导入 {delivery.pk} {delivery.file_name}：{counts}。")
        for line in reconcile.lines(delivery):
            self.stdout.write(f"  对账：{line.sentence(reconcile.verb(delivery))}")
        for kind in found["kinds"]:
            self.stdout.write(
                f"  {levels[kind['level']]} {kind['term']} {kind['count']} 条 → {kind['remedy']}"
            )
        if written:
            self.stdout.write(f"已写入 {written}。")
