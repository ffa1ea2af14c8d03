"""Bring a layer's file in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imports import activate, effects, load
from imports.management import options
from imports.readers.kinds import READABLE


class Command(BaseCommand):
    help = f"导入图层文件（{READABLE}）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("layer", metavar="LAYER")
        parser.add_argument("file", metavar="FILE", nargs="?", help="只撤回文号时可不给")
        parser.add_argument(
            "--valid-from", type=options.day, metavar="DATE", help="生效日期（快照必填，台账不收）"
        )
        options.add_filling(parser)
        options.add_reading(parser)
        parser.add_argument("--activate", action="store_true", help="入库后即启用")
        parser.add_argument("--withdraw", metavar="文号", help="启用时撤回该文号的在册记录")
        options.add_preview(parser)
        options.add_running(parser)

    def handle(self, **given: Any) -> None:
        with options.readable_errors():
            if given["file"] is None:
                self._withdraw(given)
                return
            options.begin(self, given["file"])
            if given["preview"]:
                options.preview(self, given["layer"], given)
                return
            delivery = load.stage_layer(
                given["layer"],
                given["file"],
                valid_from=given["valid_from"],
                region_code=given["region"],
                crs=given["crs"],
                encoding=given["encoding"],
                mapping=options.pairs(given["map"]),
                constants=options.pairs(given["set"]),
                sublayer=given["where_layer"],
                withdraw=given["withdraw"],
                dry_run=given["dry_run"],
                skip_bad=given["skip_bad"],
                forget=given["forget"],
            )
            active = []
            if given["activate"] and not given["dry_run"]:
                active = activate.activate(delivery, progress=options.progress_of(self))
        ids = [] if given["dry_run"] else [version.pk for version in delivery.versions.all()]
        state = "已启用" if given["activate"] else "待启用（versions activate 编号）"
        options.tell(
            self, given, delivery,
            f"{delivery.layer}：{delivery.row_count} 个要素，{state}，版本 "
            f"{'、'.join(map(str, ids)) or '—'}。",
            {"versions": ids, "active": [version.pk for version in active]},
        )  # fmt: skip

    def _withdraw(self, given: dict[str, Any]) -> None:
        if not given["withdraw"]:
            raise CommandError("请给出文件；只撤回文号时用 --withdraw 文号。")
        with effects.tried(dry_run=given["dry_run"]):
            delivery = activate.withdraw(
                given["layer"], given["withdraw"], region_code=given["region"]
            )
            delivery.settle()
        verb = "将" if given["dry_run"] else "已"
        options.tell(
            self, given, delivery,
            f"{verb}撤回 {given['withdraw']}：{delivery.row_count} 条在册记录。",
            {"closed": delivery.row_count},
        )  # fmt: skip
