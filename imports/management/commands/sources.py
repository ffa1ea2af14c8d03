"""Show or drop the mappings of columns that are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from imports import sources
from imports.models import Source
from spatial.errors import InputRefused
from spatial.management.console import HouseCommand, add_json

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """List the remembered mappings, or clear some or all of them."""

    help = "列出（list）或清除（clear）记住的列的对应；导入时同样列的表沿用它们。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and to which."""
        parser.add_argument("action", choices=("list", "clear"))
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="clear：只清除这些")
        parser.add_argument("--target", metavar="LAYER|patch", help="只看或只清除这个图层的")
        parser.add_argument("--all", action="store_true", help="clear：全部清除")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        found = Source.objects.all()
        if options["target"]:
            found = found.filter(target=options["target"])
        if options["ids"]:
            found = found.filter(pk__in=options["ids"])
        if options["action"] == "clear":
            if not (options["ids"] or options["target"] or options["all"]):
                raise InputRefused("清除哪些？请给出编号、--target 或 --all。")
            count = sources.forget(found)
            if options["json"]:
                self.print_json({"cleared": count})
            else:
                self.stdout.write(f"已清除 {count} 条。")
            return
        rows = [_told(source) for source in found]
        if options["json"]:
            self.print_json(rows)
            return
        for row in rows:
            where = f" {row['region']}" if row["region"] else ""
            pairs = "、".join(f"{name}={column}" for name, column in row["map"].items())
            self.stdout.write(f"{row['id']}  {row['target']}{where}  {row['file']}  {row['at']}")
            self.stdout.write(f"    {pairs}")
        if not rows:
            self.stdout.write("没有记住的对应。")


def _told(source: Source) -> dict[str, Any]:
    return {
        "id": source.pk,
        "target": source.target,
        "region": source.region_code,
        "file": source.file_name,
        "at": timezone.localtime(source.at).date().isoformat(),
        "by": source.by.username if source.by else None,
        "columns": source.columns,
        "map": source.mapping,
        "set": source.constants,
    }
