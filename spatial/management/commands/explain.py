"""explain: why this verdict."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import units
from spatial.engine.explain import explain
from spatial.management.console import HouseCommand, add_json
from spatial.models import Patch

if TYPE_CHECKING:
    from argparse import ArgumentParser

ANSWERS = {True: "是", False: "否", None: "无数据"}


class Command(HouseCommand):
    """Print the proof of a patch's current assessment."""

    help = "说明图斑为何如此判定：碎块、规则、比较的两侧数值、来源记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address, and --json."""
        parser.add_argument("address", help="批次/县代码/监测编号")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        found = explain(Patch.objects.by_address(options["address"]))
        if options["json"]:
            self.print_json(found)
            return
        for line in _lines(found):
            self.stdout.write(line)


def _area(text: str) -> str:
    return f"{text} m²（{units.mu(Decimal(text))} 亩）"


def _lines(found: dict[str, Any]) -> list[str]:
    run, label = found["run"], found["label"]
    borderline = "，临界" if label["borderline"] else ""
    lines = [
        f"图斑 {found['address']}  {_area(found['area_m2'])}",
        f"初判：疑似 {label['term']}{borderline}",
        f"依据：{run['ruleset_title']} {run['ruleset_version']}，截至 {run['as_of']}",
        f"分析 {run['id']}，重算{'一致' if found['reproduced'] else '不一致'}",
    ]
    who = found["subject"]
    inferred = f"（推定，取自 {who['from']}）" if who["inferred"] else ""
    lines.append(f"用地单位：{who['name'] or '未知'}{inferred}")
    lines += [
        f"缺数据：{gap['county']} {gap['term']}（{gap['policy'] or '台账'}）"
        for gap in found["gaps"]
    ]
    lines.append("涉及：")
    lines += [
        f"  {mark['term']}：{ANSWERS[mark['answer']]}"
        + (
            f"  {_area(mark['area_m2'])}{'，净面积' if mark['net'] else ''}"
            if mark["answer"]
            else ""
        )
        + (f"，另有 {_area(mark['unknown_m2'])} 无数据" if mark["unknown_m2"] != "0.00" else "")
        for mark in found["marks"]
    ]
    for piece in found["pieces"]:
        lines += _piece_lines(piece, found["zones"])
    return lines


def _compared(test: dict[str, Any]) -> str:
    both = [test.get("left") or "空", *([test["right"]] if test.get("right") else [])]
    return f"（{' 与 '.join(both)}）"


def _piece_lines(piece: dict[str, Any], zones: dict[int, Any]) -> list[str]:
    rule = piece["rule"]
    term = rule["term"] if rule else "无规则"
    if piece["class"] == "unknown":
        term = f"数据不足，不能判断：{term}（缺 {'、'.join(piece['reason'].get('missing', []))}）"
    if piece["sliver"]:
        term = f"碎片，随碎块 {piece['reason'].get('joined')} 定为 {term}"
    lines = [f"碎块 {piece['seq']}  {_area(piece['area_m2'])}  {term}"]
    if rule and rule["source"]:
        lines.append(f"  依据：{rule['source']}")
    for ids in piece["zones"].values():
        for zone in (zones[number] for number in ids):
            what = zone["document"] or zone["name"] or zone["code"]
            lines.append(
                f"  压 {zone['layer_term']} {what}（{zone['county']}，{zone['source'] or '—'}）"
            )
    for before in piece["before"]:
        compared = _compared(before) if "left" in before else ""
        lines.append(f"  先问 {before['term']}：{before['failed']}{compared}")
        lines += [f"    {zone['text']}{_compared(zone)}不成立" for zone in before.get("zones", [])]
    return lines
