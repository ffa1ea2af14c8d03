"""holders: what each holder used and was granted, over all its patches and periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial import units
from spatial.engine import register
from spatial.engine.holders import BESIDE_M, LEAST_M2, Bounds, holder_report
from spatial.errors import GislandError
from spatial.management.console import HouseCommand, add_json
from spatial.models import Region, RulesetVersion

if TYPE_CHECKING:
    from argparse import ArgumentParser

TOLD_BY = {"correction": "更正", "patch.holder": "下发"}


class Command(HouseCommand):
    """Print, per holder, its patches in order of time with the sums at each moment."""

    help = "用地单位累计：先后用地与有权使用面积、超出（少征多用、批少占多），以及批东占西。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, where, by which ruleset."""
        parser.add_argument("--ruleset", default="land-enforcement")
        parser.add_argument("--holder", metavar="NAME|CODE", help="只列该单位")
        parser.add_argument("--region", metavar="CODE", help="只列在该行政区有图斑的单位")
        parser.add_argument("--excess", action="store_true", help="只列有超出或批东占西的单位")
        parser.add_argument(
            "--beside-m", type=float, default=BESIDE_M, help="批东占西：相距多少米以内算相邻"
        )
        parser.add_argument(
            "--least-m2", type=float, default=LEAST_M2, help="批东占西：不足此面积的不列"
        )
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        if not RulesetVersion.objects.filter(name=options["ruleset"]).exists():
            raise GislandError(f"规则集 {options['ruleset']} 还没有分析过图斑。请先运行 classify。")
        if options["beside_m"] < 0 or options["least_m2"] < 0:
            raise GislandError("--beside-m 和 --least-m2 不能为负。")
        told = options["holder"]
        found = holder_report(
            options["ruleset"],
            county_ids=_counties(options["region"]),
            holder_ids=[register.known_holder(told).pk] if told else None,
            beside_m=options["beside_m"],
            least_m2=options["least_m2"],
        )
        if options["excess"]:
            found = [row for row in found if row["displaced"] or _goes_beyond(row)]
        if options["json"]:
            self.print_json(found)
            return
        for row in found:
            self._print(row)
        self.stdout.write(
            f"单位 {len(found)} 个；批东占西：相距 {options['beside_m']:g} 米以内或同一乡镇，"
            f"各不小于 {options['least_m2']:g} m²。"
        )

    def _print(self, row: dict[str, Any]) -> None:
        self.stdout.write(f"{row['holder']['name']} {row['holder']['code']}".rstrip())
        for step in row["steps"]:
            who = "" if step["outside"] else f"，单位{TOLD_BY.get(step['told_by'], '推定')}"
            self.stdout.write(
                f"  {step['seq']}. {step['after_on'] or '时相不明'}  {step['address']}  "
                f"{_mu(step['area_m2'])} 亩  {step['label']}{who}"
            )
            for name, group in step["groups"].items():
                which = f"{name}：" * (len(step["groups"]) > 1)
                self.stdout.write(
                    f"     {which}累计用地 {_mu(group['used_m2'])} 亩，{_beside(group)}"
                )
        for pair in row["displaced"]:
            near = f"相距 {pair['distance_m']} 米" + "，同一乡镇" * pair["same_township"]
            self.stdout.write(
                f"  批东占西：{pair['document']} 有 {_mu(pair['unused_m2'])} 亩未用"
                f"（{'，'.join(pair['place'])}），另在 {pair['address']} "
                f"违法占用 {_mu(pair['outside_m2'])} 亩（{near}）"
            )


def _beside(group: dict[str, Any]) -> str:
    """What was granted, and the excess over it."""
    if _is_ungranted(group):
        return "没有登记在其名下的批准，不比较"
    return (
        f"有权使用 {_mu(group['entitled_m2'])} 亩，超出 {_mu(group['excess_m2'])} 亩"
        f"（本图斑新增 {_mu(group['added_m2'])} 亩）{'  ← 自此超出' * group['crossed']}"
    )


def _is_ungranted(group: dict[str, Any]) -> bool:
    """Whether surely nothing was granted in the holder's own name: its ground may be lawful on
    papers that name nobody, so there is no 少征多用 to speak of."""
    granted = Bounds.told(group["entitled_m2"])
    return granted is not None and granted.most == 0


def _goes_beyond(row: dict[str, Any]) -> bool:
    return any(
        not _is_ungranted(group)
        and (excess := Bounds.told(group["excess_m2"])) is not None
        and excess.most != 0
        for step in row["steps"]
        for group in step["groups"].values()
    )


def _counties(code: str | None) -> list[int]:
    found = Region.objects.by_code(code).counties() if code else Region.objects.all()
    return list(found.filter(level="county").values_list("pk", flat=True))


def _mu(area: Any) -> str:
    """亩 of an area as the report tells it, or of its range."""
    bounds = Bounds.told(area)
    if bounds is None:
        return "—"
    if bounds.most is None:
        return f"不少于 {units.mu(bounds.least)}"
    if bounds.least == bounds.most:
        return str(units.mu(bounds.least))
    return f"{units.mu(bounds.least)}–{units.mu(bounds.most)}"
