"""The figures in sentences: what page and bulletin begin with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from spatial import units, vocabulary

if TYPE_CHECKING:
    from gisland.pages.ratio_figures import Figures


def headline(figures: Figures) -> list[str]:
    """How high, who is over a line, how it moved, and what is still open."""
    total, query = figures.total, figures.asked.query
    row = total.row
    below = vocabulary.denominator_term(query.denominator)
    found = [
        f"{figures.place}{figures.when}违法占用耕地 {units.mu(total.numerator_m2)} 亩，"
        + (
            f"占{below} {units.mu(total.denominator_m2)} 亩的 {units.percent(total.share)}"
            f"（{figures.stage}）。"
            if total.denominator_m2 is not None
            else f"没有分母：{row.reason}。"
        )
    ]
    for share, term in vocabulary.ratio_lines():
        over = [line.row.name for line in figures.lines
                if line.share is not None and float(line.share) >= share]  # fmt: skip
        what = f"{units.percent(share_of(share))}（{term}）"
        found.append(
            f"达到或超过 {what}的：{'、'.join(over)}。" if over else f"没有达到 {what}的。"
        )
    if figures.earlier_period and total.change is not None:
        way = "上升" if total.change > 0 else "下降" if total.change < 0 else "持平，变动"
        points = units.percent(abs(total.change)).removesuffix(" %")
        found.append(f"比上一期（{figures.earlier_period}）{way} {points} 个百分点。")
    if row.open_cultivated_m2:
        found.append(
            f"另有 {units.mu(row.open_cultivated_m2)} 亩耕地尚未认定、待核或数据不足，不在其内；"
            f"视其全部合法或全部违法，比例在 {units.percent(row.ratio_low)} 与 "
            f"{units.percent(row.ratio_high)} 之间（整改后）。"
        )
    return found


def share_of(share: float) -> Decimal:
    """A bound of the vocabulary as an exact share."""
    return Decimal(str(share))
