"""make_patches: the zones of a layer become patches of a batch."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from spatial.engine.make_patches import Made, make_patches
from spatial.management.console import HouseCommand, a_date, add_json

if TYPE_CHECKING:
    from argparse import ArgumentParser

SHOWN = 20
"""Lines of one kind that are printed; the rest are counted."""
TERMS = {
    "changed": "已变（图斑照旧；要按新的判定，请换一个批次号）",
    "gone": "已不在（图斑保留）",
    "doubtful": "不能判断是否符合条件，未生成；请补交字段后重来",
}


class Command(HouseCommand):
    """Make the zones of a layer into patches; a repeat adds only what is new."""

    help = "由图层要素生成图斑（存量土地、租赁、占用地块等），量算与导入的图斑相同。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the contract (design section 9)."""
        parser.add_argument("layer", metavar="LAYER", help="图层代码，如 supply、lease、occupied")
        parser.add_argument("--batch", required=True, metavar="CODE", help="批次号，没有则新建")
        parser.add_argument(
            "--where", nargs="+", action="extend", default=[], metavar="TEST",
            help="条件，写法同规则集，如 \"ownership = 国有\"；几个条件须全部成立",
        )  # fmt: skip
        parser.add_argument(
            "--ruleset", metavar="NAME", help="规则集（默认取批次的，或以此图层为图斑的）"
        )
        parser.add_argument("--region", metavar="CODE", help="只取这个县、市或省")
        parser.add_argument("--as-of", metavar="DATE", help="快照取这天有效的一版（默认今天）")
        parser.add_argument("--dry-run", action="store_true", help="只说将生成什么，不写入")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        made = make_patches(
            options["layer"],
            batch=options["batch"],
            as_of=a_date(options["as_of"]) if options["as_of"] else timezone.localdate(),
            where=options["where"],
            ruleset=options["ruleset"],
            region_code=options["region"],
            dry_run=options["dry_run"],
        )
        for note in made.notes:
            self.say(note)
        if options["json"]:
            self.print_json({"dry_run": options["dry_run"], **asdict(made)})
        else:
            self._print(made, dry_run=options["dry_run"])

    def _print(self, made: Made, *, dry_run: bool) -> None:
        trial = "（试运行，未写入）" if dry_run else ""
        self.stdout.write(
            f"{trial}批次 {made.batch}（规则集 {made.ruleset}）：新增 {made.added} 个图斑，"
            f"已有 {made.same + len(made.changed)} 个，不符合条件 {made.left_out} 个要素。"
        )
        for kind, term in TERMS.items():
            found = getattr(made, kind)
            if not found:
                continue
            self.stdout.write(f"{len(found)} 个{term}：")
            for row in found[:SHOWN]:
                self.stdout.write(f"  {row['place']}  {row['what']}")
            if len(found) > SHOWN:
                self.stdout.write(f"  ……共 {len(found)} 个")
