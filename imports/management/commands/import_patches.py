"""Bring a file of patches into a batch."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from imports import load
from imports.management import options
from spatial.models.patch import Source


class Command(BaseCommand):
    help = "导入图斑到批次（同一批次、同一县、同一监测编号只收一次）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--batch", required=True, metavar="CODE", help="批次号")
        parser.add_argument("--source", choices=Source.values, help="来源；新批次默认 本地")
        parser.add_argument("--issued-on", type=options.day, metavar="DATE", help="下发日期")
        parser.add_argument(
            "--report-due-on", type=options.day, metavar="DATE", help="填报截止日期"
        )
        parser.add_argument("--period", help="期，如 2024Q1")
        parser.add_argument("--ruleset", metavar="NAME", help="规则集")
        parser.add_argument("--title", help="批次名称")
        options.add_filling(parser)
        options.add_reading(parser)
        options.add_running(parser)

    def handle(self, **given: Any) -> None:
        spec = load.BatchSpec(
            code=given["batch"],
            source=given["source"],
            issued_on=given["issued_on"],
            report_due_on=given["report_due_on"],
            period=given["period"],
            ruleset=given["ruleset"],
            title=given["title"],
        )
        options.begin(self, given["file"])
        with options.readable_errors():
            delivery = load.stage_patches(
                given["file"],
                batch=spec,
                region_code=given["region"],
                crs=given["crs"],
                encoding=given["encoding"],
                mapping=options.pairs(given["map"]),
                constants=options.pairs(given["set"]),
                sublayer=given["where_layer"],
                dry_run=given["dry_run"],
                skip_bad=given["skip_bad"],
            )
        added = 0 if delivery.repeated else delivery.verdict["added"]
        options.tell(
            self, given, delivery,
            f"批次 {given['batch']}：文件 {delivery.row_count} 个图斑，新增 {added} 个。",
            {"batch": given["batch"], "added": added},
        )  # fmt: skip
