"""Register regions from a file of boundaries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from imports import regions
from imports.management import options


class Command(BaseCommand):
    help = "导入行政区（代码、名称、级别、界线、中央经线）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        options.add_reading(parser)
        parser.add_argument(
            "--private-meridian", type=options.decimal, metavar="DEG",
            help="本文件各县所用的中央经线（度，0.5 的倍数）；不给则取 3 度带",
        )  # fmt: skip
        parser.add_argument("--replace", action="store_true", help="与已登记的不同时以本文件为准")
        options.add_running(parser)

    def handle(self, **given: Any) -> None:
        options.begin(self, given["file"])
        with options.readable_errors():
            done = regions.load_regions(
                given["file"],
                mapping=options.pairs(given["map"]),
                private_meridian=given["private_meridian"],
                crs_option=given["crs"],
                encoding=given["encoding"],
                replace=given["replace"],
                dry_run=given["dry_run"],
            )
        options.tell(
            self, given, done.delivery,
            f"行政区：新增 {len(done.added)}，更正 {len(done.changed)}，"
            f"未变 {len(done.unchanged)}。",
            {"added": done.added, "changed": done.changed, "unchanged": done.unchanged},
        )  # fmt: skip
