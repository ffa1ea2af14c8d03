"""Bring a register without ground in: its rows are matched with patches by their number."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from imports import registers
from imports.management import options
from spatial.models import User


class Command(BaseCommand):
    help = "导入登记表（.xlsx、.csv，无图形），按监测编号对到批次的图斑上；下发的值不改"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--batch", required=True, metavar="CODE", help="批次号")
        parser.add_argument("--by", metavar="USER", help="经办人账号；用地单位由其更正")
        parser.add_argument(
            "--correct", action="store_true", help="用地单位与现有的不同时，也以登记为准更正"
        )
        options.add_filling(parser)
        parser.add_argument("--encoding", metavar="NAME", help="文字编码，如 GBK、UTF-8")
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN",
            help="标准字段取自哪一列；等号后留空则不取该字段",
        )  # fmt: skip
        options.add_running(parser)

    def handle(self, **given: Any) -> None:
        by = User.objects.filter(username=given["by"]).first() if given["by"] else None
        if given["by"] and by is None:
            raise CommandError(f"没有账号 {given['by']}。请核对 --by。")
        options.begin(self, given["file"])
        with options.readable_errors():
            delivery = registers.import_register(
                given["file"],
                batch=given["batch"],
                today=timezone.localdate(),
                region_code=given["region"],
                encoding=given["encoding"],
                mapping=options.pairs(given["map"]),
                constants=options.pairs(given["set"]),
                sublayer=given["where_layer"],
                by=by,
                correct=given["correct"],
                dry_run=given["dry_run"],
                forget=given["forget"],
            )
        told = delivery.verdict
        sentence = (
            f"批次 {given['batch']}：登记表 {delivery.row_count} 行，"
            f"对上 {told['matched']} 个图斑，未找到 {told['unknown']} 行，"
            f"不能确定 {told['ambiguous']} 行，重复 {told['double']} 行；"
            f"补充 {told['filled']} 项，与下发不同 {told['conflicts']} 项，"
            f"更正用地单位 {told['corrected']} 个。"
        )
        if told["corrected"] and not given["dry_run"]:
            sentence += f"\n请重新判定：classify --batch {given['batch']} --touched"
        options.tell(self, given, delivery, sentence, {"batch": given["batch"]})
