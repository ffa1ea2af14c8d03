"""List, compare, activate and take back versions of layers."""

from __future__ import annotations

import getpass
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from imports import activate, versions
from imports.management import options
from spatial.models import VersionStatus

CHANGE_TERMS = {"added": "新增", "removed": "减少", "changed": "改动", "same": "相同"}


class Command(BaseCommand):
    help = "数据版本：list 列出、diff 比较、activate 启用、rollback 退回、declare-empty 声明无数据"

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        listing = steps.add_parser("list", help="列出版本")
        listing.add_argument("--layer", metavar="LAYER")
        listing.add_argument("--region", metavar="CODE")
        diff = steps.add_parser("diff", help="与上一版本（或指定版本）比较")
        diff.add_argument("version", type=int, metavar="ID")
        diff.add_argument("--against", type=int, metavar="ID")
        start = steps.add_parser("activate", help="启用")
        start.add_argument("version", type=int, nargs="+", metavar="ID")
        back = steps.add_parser("rollback", help="退回")
        back.add_argument("version", type=int, metavar="ID")
        empty = steps.add_parser("declare-empty", help="声明某时段内没有该类数据")
        empty.add_argument("layer", metavar="LAYER")
        empty.add_argument("--region", required=True, metavar="CODE")
        empty.add_argument("--from", required=True, type=options.day, dest="start", metavar="DATE")
        empty.add_argument("--until", required=True, type=options.day, metavar="DATE")
        empty.add_argument("--by", default=getpass.getuser(), metavar="NAME")
        for step in (listing, diff, start, back, empty):
            step.add_argument("--json", action="store_true", help="标准输出只写 JSON")

    def handle(self, **given: Any) -> None:
        step = getattr(self, f"_{given['step'].replace('-', '_')}")
        with options.readable_errors():
            sentence, told = step(given)
        self.stdout.write(
            json.dumps(told, ensure_ascii=False, default=str) if given["json"] else sentence
        )

    def _list(self, given: dict[str, Any]) -> tuple[str, Any]:
        rows = versions.listing(given["layer"], given["region"])
        terms = dict(VersionStatus.choices)
        lines = [
            f"{row['id']:>6}  {row['layer']:<20} {row['region']}  "
            f"{row['valid_from'] or '台账':<12} {terms[row['status']]}  "
            f"{'声明无数据' if row['declared_empty'] else row['zones']}  {row['source']}"
            for row in rows
        ]
        return "\n".join(lines) or "还没有任何版本。", rows

    def _diff(self, given: dict[str, Any]) -> tuple[str, Any]:
        new = versions.find(given["version"])
        against = given["against"]
        old = versions.find(against) if against else versions.predecessor(new)
        found = versions.diff(old, new)
        head = f"版本 {new.pk} 与 {old.pk if old else '（无前一版本）'}："
        lines = [f"  {CHANGE_TERMS[change]} {row['zones']} 个" for change, row in found.items()]
        return "\n".join([head, *lines]), {
            "old": old.pk if old else None, "new": new.pk, "changes": found,
        }  # fmt: skip

    def _activate(self, given: dict[str, Any]) -> tuple[str, Any]:
        chosen = [versions.find(number) for number in given["version"]]
        active = [version.pk for version in activate.activate_versions(chosen)]
        return f"已启用，在用版本：{'、'.join(map(str, active))}。", {"active": active}

    def _rollback(self, given: dict[str, Any]) -> tuple[str, Any]:
        version = versions.rollback(given["version"])
        return f"版本 {version.pk} 已停用；生效日期最新的在用版本起作用。", {"retired": version.pk}

    def _declare_empty(self, given: dict[str, Any]) -> tuple[str, Any]:
        made = versions.declare_empty(
            given["layer"], region_code=given["region"], valid_from=given["start"],
            valid_until=given["until"], by=given["by"],
        )  # fmt: skip
        ids = [version.pk for version in made]
        return f"已声明无数据，版本 {'、'.join(map(str, ids))}。", {"versions": ids}
