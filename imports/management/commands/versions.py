"""List, compare, activate and take back versions of layers."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from imports import activate, effects, version_diff, versions
from imports.management import options
from spatial.errors import InputRefused
from spatial.models import DatasetVersion, VersionStatus


class Command(BaseCommand):
    help = (
        "数据版本：list 列出、diff 比较、activate 启用、discard 放弃、rollback 退回、"
        "declare-empty 声明无数据"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        listing = steps.add_parser("list", help="列出版本")
        listing.add_argument("--layer", metavar="LAYER")
        listing.add_argument("--region", metavar="CODE")
        diff = steps.add_parser("diff", help="与上一版本（或指定版本）比较")
        diff.add_argument("version", type=int, metavar="ID")
        diff.add_argument("--against", type=int, metavar="ID")
        diff.add_argument("--geojson", metavar="FILE", help="把最大的变化地块写成 GeoJSON")
        start = steps.add_parser("activate", help="启用")
        start.add_argument("version", type=int, nargs="+", metavar="ID")
        drop = steps.add_parser("discard", help="放弃待启用的版本")
        drop.add_argument("version", type=int, nargs="+", metavar="ID")
        back = steps.add_parser("rollback", help="退回")
        back.add_argument("version", type=int, metavar="ID")
        empty = steps.add_parser("declare-empty", help="声明某时段内没有该类数据")
        empty.add_argument("layer", metavar="LAYER")
        empty.add_argument("--region", required=True, metavar="CODE")
        empty.add_argument("--from", required=True, type=options.day, dest="start", metavar="DATE")
        empty.add_argument("--until", required=True, type=options.day, metavar="DATE")
        empty.add_argument("--by", default=getpass.getuser(), metavar="NAME")
        for step in (start, drop, back, empty):
            step.add_argument("--dry-run", action="store_true", help="只说会怎样，不写入")
        for step in (listing, diff, start, drop, back, empty):
            step.add_argument("--json", action="store_true", help="标准输出只写 JSON")

    def handle(self, **given: Any) -> None:
        step = getattr(self, f"_{given['step'].replace('-', '_')}")
        with options.readable_errors():
            sentence, told = step(given)
        if given.get("dry_run"):
            sentence, told = f"（试运行，未写入）{sentence}", {"dry_run": True, **told}
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
        found = version_diff.compare(old, new)
        if given["geojson"]:
            _write(Path(given["geojson"]), version_diff.features(found))
        against_said = f"{old.pk}（{old}）" if old else "（无前一版本）"
        head = f"版本 {new.pk}（{new}）与 {against_said}："
        return "\n".join([head, *found.lines()]), {
            "old": old.pk if old else None, "new": new.pk, **found.numbers,
        }  # fmt: skip

    def _activate(self, given: dict[str, Any]) -> tuple[str, Any]:
        chosen = [versions.find(number) for number in given["version"]]
        causes: list[Any] = []
        active: list[DatasetVersion] = []

        def act() -> None:
            active.extend(activate.activate_versions(chosen, progress=options.progress_of(self)))

        if given["dry_run"]:
            causes = effects.foretell(act, as_of=timezone.localdate())
        else:
            act()
        ids = [version.pk for version in active]
        if not given["dry_run"]:
            return f"已启用，在用版本：{'、'.join(map(str, ids))}。", {"active": ids}
        touched = {patch for cause in causes for patch in cause.patch_ids}
        lines = [f"将启用 {len(ids)} 个版本，影响 {len(touched)} 个图斑。", *map(str, causes)]
        return "\n".join(lines), {
            "patches": len(touched), "causes": [cause.as_json() for cause in causes],
        }  # fmt: skip

    def _discard(self, given: dict[str, Any]) -> tuple[str, Any]:
        chosen = [versions.find(number) for number in given["version"]]
        with effects.tried(dry_run=given["dry_run"]):
            versions.discard(chosen)
        ids = [version.pk for version in chosen]
        return f"已放弃版本 {'、'.join(map(str, ids))}。", {"discarded": ids}

    def _rollback(self, given: dict[str, Any]) -> tuple[str, Any]:
        with effects.tried(dry_run=given["dry_run"]):
            done = versions.rollback(given["version"], progress=options.progress_of(self))
            restored = [version.pk for version in done.restored]
            prior = [version.restores_id for version in done.restored]
        back = (
            f"恢复它所替换的版本 {'、'.join(map(str, prior))}"
            if prior
            else "生效日期最新的在用版本起作用"
        )
        told = {"retired": done.version.pk, "restored": restored, "restores": prior}
        return f"版本 {done.version.pk} 已停用；{back}。", told

    def _declare_empty(self, given: dict[str, Any]) -> tuple[str, Any]:
        with effects.tried(dry_run=given["dry_run"]):
            made = versions.declare_empty(
                given["layer"], region_code=given["region"], valid_from=given["start"],
                valid_until=given["until"], by=given["by"],
            )  # fmt: skip
        ids = [version.pk for version in made]
        return f"已声明无数据，版本 {'、'.join(map(str, ids))}。", {"versions": ids}


def _write(path: Path, collection: dict[str, Any]) -> None:
    """A GeoJSON file; one that can't be written is named with the remedy."""
    try:
        path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise InputRefused(f"写不了 {path}：{error.strerror}。请核对文件夹和磁盘空间。") from error
