"""ratios: violation ratios by region."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from spatial import units, vocabulary
from spatial.engine.ratios import BASES, DENOMINATORS, DIGITS, PERIODS_BY, RatioQuery, ratios, total
from spatial.management.console import HouseCommand, add_json
from spatial.models import Region

if TYPE_CHECKING:
    from argparse import ArgumentParser

COLUMNS = (
    "code", "name", "patch_count", "illegal_cultivated_m2", "new_cultivated_m2", "new_m2",
    "ratio", "unknown_m2", "pending_m2", "undecided_count", "undecided_m2", "basis", "denominator",
)  # fmt: skip


class Command(HouseCommand):
    """Print sums and ratios by region; ratio of sums, — for a zero denominator."""

    help = "违法占耕比：按行政区汇总碎块面积。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the contract (design section 9)."""
        levels = [level for level in DIGITS if level != "all"]
        parser.add_argument("--level", choices=levels, default="county")
        parser.add_argument("--period", help="期：批次的期，或 --by after_on 时的年份")
        parser.add_argument("--by", choices=PERIODS_BY, default="batch")
        parser.add_argument("--basis", choices=BASES, default="proposed")
        parser.add_argument("--denominator", choices=list(DENOMINATORS), default="new_cultivated")
        parser.add_argument("--ruleset", default="land-enforcement")
        add_json(parser)
        parser.add_argument("--csv", action="store_true", help="输出 CSV")

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        query = RatioQuery(
            county_ids=tuple(Region.objects.filter(level="county").values_list("pk", flat=True)),
            **{
                key: options[key]
                for key in ("level", "period", "by", "basis", "denominator", "ruleset")
            },
        )
        rows = ratios(query)
        if options["json"]:
            self.print_json([row.as_json() for row in rows])
            return
        if options["csv"]:
            writer = csv.writer(self.stdout)
            writer.writerow(COLUMNS)
            writer.writerows([row.as_json()[column] for column in COLUMNS] for row in rows)
            return
        basis = {"proposed": "初判口径", "decided": "判定口径"}[query.basis]
        divisor = vocabulary.denominator_term(query.denominator)
        self.stdout.write(f"违法占耕比（{basis}，分母：{divisor}）")
        for row in [*rows, total(query)]:
            self.stdout.write(
                f"{row.code:<10}{row.name}  图斑 {row.patch_count}  "
                f"违法占耕 {units.mu(row.illegal_cultivated_m2)} 亩 / "
                f"新增占耕 {units.mu(row.new_cultivated_m2)} 亩 = {units.percent(row.ratio)}"
                f"  数据不足 {units.mu(row.unknown_m2)} 亩"
            )
