"""List images, see what they cover, take one out of use."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from imports import image_versions
from imports.management import options
from spatial.imagery_coverage import coverage


class Command(BaseCommand):
    help = "影像：list 列出、coverage 各县各季度覆盖、withdraw 撤回"

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        listing = steps.add_parser("list", help="列出影像")
        listing.add_argument("--withdrawn", action="store_true", help="连同已撤回的")
        covering = steps.add_parser("coverage", help="各县各季度的覆盖面积和比例")
        covering.add_argument("--from", type=options.day, dest="first", metavar="DATE")
        covering.add_argument("--until", type=options.day, dest="last", metavar="DATE")
        back = steps.add_parser("withdraw", help="撤回（不再显示，文件保留）")
        back.add_argument("image", type=int, metavar="ID")
        back.add_argument("--why", required=True, metavar="TEXT", help="原因")
        for step in (listing, covering, back):
            step.add_argument("--json", action="store_true", help="标准输出只写 JSON")

    def handle(self, **given: Any) -> None:
        step = getattr(self, f"_{given['step']}")
        with options.readable_errors():
            sentence, told = step(given)
        self.stdout.write(
            json.dumps(told, ensure_ascii=False, default=str) if given["json"] else sentence
        )

    def _list(self, given: dict[str, Any]) -> tuple[str, Any]:
        rows = image_versions.listing(withdrawn=given["withdrawn"])
        lines = [
            f"{row['id']:>5}  {row['taken_on']}  {row['resolution_m']:>8} 米  {row['secrecy']:<9}"
            f"  {row['name']}" + (f"  已撤回 {row['withdrawn_on']}：{row['why']}"
                                   if row["withdrawn_on"] else "")
            for row in rows
        ]  # fmt: skip
        return "\n".join(lines) or "还没有任何影像。请用 import_raster 导入。", rows

    def _coverage(self, given: dict[str, Any]) -> tuple[str, Any]:
        rows = coverage(first_on=given["first"], last_on=given["last"])
        lines = [
            f"{row.county_code} {row.county_name}  {row.period}  影像 {row.images}  "
            f"{row.covered_m2:,.2f} m²  {row.words}"
            for row in rows
        ]
        return "\n".join(lines) or "还没有任何影像。", [row.record() for row in rows]

    def _withdraw(self, given: dict[str, Any]) -> tuple[str, Any]:
        image = image_versions.find(given["image"])
        image_versions.withdraw(image, given["why"])
        return f"已撤回影像 {image.pk}（{image}），文件保留。", {"image": image.pk}
