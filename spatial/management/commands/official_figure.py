"""official_figure: a denominator that an authority gave."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from spatial import units
from spatial.errors import InputRefused
from spatial.facts import QUANTITIES, record_figure
from spatial.management.console import HouseCommand
from spatial.models import Region, User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Record an official figure with its source; the same again is not recorded twice."""

    help = "登记上级核定的新增建设用地占用耕地面积（违法占耕比的分母），注明来源。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where, when, how much, by whose word."""
        parser.add_argument("region", help="行政区代码，例如 990101")
        parser.add_argument("period", help="期，与 ratios --period 相同，例如 2024")
        parser.add_argument("area_m2", help="面积（平方米）")
        parser.add_argument("--source", required=True, help="来源：文号或发布单位")
        parser.add_argument("--by", required=True, help="录入人的账号")
        parser.add_argument("--quantity", choices=QUANTITIES, default=QUANTITIES[0])
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        figure, new = record_figure(
            Region.objects.by_code(options["region"]),
            options["period"],
            _area(options["area_m2"]),
            source=options["source"],
            by=_user(options["by"]),
            quantity=options["quantity"],
            dry_run=options["dry_run"],
        )
        told = (
            f"{figure.region.name} {figure.period} 期 新增建设用地占用耕地 "
            f"{figure.area_m2} m²（{units.mu(figure.area_m2)} 亩），来源：{figure.source}"
        )
        if not new:
            self.stdout.write(f"已有同样的记录，未重复登记：{told}")
        elif options["dry_run"]:
            self.stdout.write(f"将登记：{told}；未写入。")
        else:
            self.stdout.write(f"已登记：{told}")


def _area(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise InputRefused(f"面积 {text} 不是数字，应写平方米数，例如 333333.33") from error
    if not found.is_finite():
        raise InputRefused(f"面积 {text} 不是数字，应写平方米数，例如 333333.33")
    return found


def _user(name: str) -> User:
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise InputRefused(f"没有账号 {name}。请用在用账号的用户名。")
    return found
