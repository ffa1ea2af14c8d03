"""ratios: violation ratios by region, and the pieces behind them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from spatial import units, vocabulary
from spatial.engine.explain_when import moment_of
from spatial.engine.ratio_law import EFFECTS
from spatial.engine.ratio_pieces import FIGURES, pieces_behind
from spatial.engine.ratios import (
    BASES,
    DENOMINATORS,
    DIGITS,
    PERIODS_BY,
    RatioQuery,
    RatioTable,
    Switches,
    table,
)
from spatial.errors import GislandError
from spatial.management.console import HouseCommand, add_json
from spatial.models import Region

if TYPE_CHECKING:
    import datetime
    from argparse import ArgumentParser
    from collections.abc import Iterable

    from spatial.engine.ratios import RegionRatio

YES_NO = {"yes": True, "no": False}
BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the start of a cell."""

SUMS = {
    "code": "行政区代码",
    "name": "行政区",
    "patch_count": "图斑数",
    "ratio": "违法占用耕地比例",
    "ratio_before_rectification": "整改前比例",
    "numerator_m2": "分子（平方米）",
    "denominator_m2": "分母（平方米）",
    "land_ratio": "违法用地比例",
    "illegal_m2": "违法新增合计（平方米）",
    "new_m2": "新增合计（平方米）",
    "new_cultivated_m2": "新增占用耕地（平方米）",
    "area_m2": "全部图斑（平方米）",
    "reason": "没有比率的原因",
}
PIECES = {
    "address": "图斑",
    "seq": "碎块",
    "term": "结论",
    "area_m2": "面积（平方米）",
    "cultivated_m2": "占用耕地（平方米）",
    "band_term": "分栏",
    "why": "理由",
}


class Command(HouseCommand):
    """Print sums and ratios by region; ratio of sums, — where there is nothing to divide by."""

    help = "违法占耕比：按行政区汇总碎块面积；--pieces 列出一个数字背后的碎块。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the contract (design section 9), and the switches."""
        levels = [level for level in DIGITS if level != "all"]
        parser.add_argument("--level", choices=levels, default="county")
        parser.add_argument("--period", help="期：2024 含其各季各月；--by after_on 时按后时相")
        parser.add_argument("--by", choices=PERIODS_BY, default="batch")
        parser.add_argument("--basis", choices=BASES, default="proposed")
        parser.add_argument("--denominator", choices=DENOMINATORS, default="new_cultivated")
        parser.add_argument("--ruleset", default="land-enforcement")
        parser.add_argument("--known-at", help="所知截至（默认现在；只写日期指当日终了）")
        parser.add_argument(
            "--exclude", action="append", default=[], metavar="REASON", help="另外剔除这一理由"
        )
        parser.add_argument(
            "--keep", action="append", default=[], metavar="REASON", help="不剔除这一理由，或 all"
        )
        parser.add_argument(
            "--effect", action="append", default=[], metavar="KIND=EFFECT",
            help=f"整改方式（或 all）的影响：{'、'.join(EFFECTS)}",
        )  # fmt: skip
        parser.add_argument(
            "--count", action="append", default=[], metavar="CODE=yes|no",
            help="这一初判是否计入分子",
        )  # fmt: skip
        parser.add_argument("--count-unsupplied", choices=YES_NO, help="未供即用是否计入分子")
        parser.add_argument("--pieces", metavar="BAND", help=f"列出碎块：{_bands()}")
        parser.add_argument("--region", default="", metavar="CODE", help="--pieces 的行政区")
        parser.add_argument("--csv", action="store_true", help="输出 CSV")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        query = _query(options)
        if options["pieces"]:
            self._print_pieces(pieces_behind(query, options["region"], options["pieces"]), options)
            return
        if options["region"]:
            raise GislandError("--region 只与 --pieces 一起用；行政区的级别用 --level。")
        found = table(query)
        if options["json"]:
            self.print_json([row.as_json() for row in found.rows])
        elif options["csv"]:
            self._print_csv(_csv_rows(found))
        else:
            for line in _lines(found):
                self.stdout.write(line)

    def _print_pieces(self, rows: list[dict[str, Any]], options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json(rows)
            return
        cells = [[row[key] for key in PIECES] for row in rows]
        if options["csv"]:
            self._print_csv([list(PIECES.values()), *cells])
            return
        for row in rows:
            self.stdout.write(
                f"{row['address']}  碎块 {row['seq'] or '—'}  {row['area_m2']} m²"
                f"（耕地 {row['cultivated_m2']} m²）  {row['band_term']}  {row['why']}"
            )

    def _print_csv(self, rows: Iterable[list[Any]]) -> None:
        """For a spreadsheet: its own encoding mark, and no cell that it would run."""
        written = io.StringIO()
        csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
        self.stdout.write(BOM + written.getvalue(), ending="")


def _bands() -> str:
    return "、".join([*FIGURES, "all", *vocabulary.ratio_band_terms()])


def _query(options: dict[str, Any]) -> RatioQuery:
    chosen = ("level", "period", "by", "basis", "denominator", "ruleset")
    counted = [_pair(text, "--count", YES_NO) for text in options["count"]]
    if options["count_unsupplied"]:
        counted.append(("unsupplied", options["count_unsupplied"]))
    return RatioQuery(
        county_ids=tuple(Region.objects.filter(level="county").values_list("pk", flat=True)),
        known_at=_moment(options["known_at"]) if options["known_at"] else None,
        switches=Switches(
            exclude=tuple(options["exclude"]),
            keep=tuple(options["keep"]),
            effects=tuple(_pair(text, "--effect", EFFECTS) for text in options["effect"]),
            count=tuple((code, YES_NO[word]) for code, word in counted),
        ),
        **{key: options[key] for key in chosen},
    )


def _moment(text: str) -> datetime.datetime:
    """A day means its end, as in every command; told in our own time."""
    return timezone.localtime(moment_of(text))


def _pair(text: str, option: str, known: Iterable[str]) -> tuple[str, str]:
    name, sign, word = text.partition("=")
    if not sign or word not in known:
        raise GislandError(f"{option} {text} 应写作 {option} 代码={'|'.join(known)}")
    return name, word


def _harmless(cell: Any) -> Any:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_rows(found: RatioTable) -> list[list[Any]]:
    bands = vocabulary.ratio_band_terms()
    heads = [*SUMS.values(), *(f"{term}（平方米）" for term in bands.values()), "口径"]
    return [heads] + [
        [
            *(row.as_json()[key] for key in SUMS),
            *(row.bands[band]["area_m2"] for band in bands),
            found.said,
        ]
        for row in [*found.rows, found.total]
    ]


def _lines(found: RatioTable) -> list[str]:
    caliber = found.caliber
    basis = vocabulary.basis_term(caliber["basis"])
    divisor = vocabulary.denominator_term(caliber["denominator"])
    lines = [f"违法占耕比（{basis}，分母：{divisor}）", found.said]
    for row in [*found.rows, found.total]:
        lines += _region_lines(row)
    return lines


def _region_lines(row: RegionRatio) -> list[str]:
    below = "—" if row.denominator_m2 is None else units.mu(row.denominator_m2)
    reason = f"（{row.reason}）" if row.reason else ""
    before = ""
    if row.ratio_before_rectification != row.ratio:
        before = f"，整改前 {units.percent(row.ratio_before_rectification)}"
    source = ""
    if row.official and row.official["source"]:
        source = f"  分母来源：{row.official['source']}"
    bands = "  ".join(
        f"{band['term']} {units.mu(band['area_m2'])} 亩"
        for band in row.bands.values()
        if band["area_m2"]
    )
    counted = (
        f"{row.code:<10}{row.name}  图斑 {row.patch_count}  "
        f"违法占耕 {units.mu(row.numerator_m2)} 亩 / {below} 亩 = {units.percent(row.ratio)}"
    )
    return [
        f"{counted}{reason}{before}  违法用地比例 {units.percent(row.land_ratio)}{source}",
        f"          全部 {units.mu(row.area_m2)} 亩：{bands or '—'}",
    ]
