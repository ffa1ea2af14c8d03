"""build_tiles: the generalised levels from which the map's far zooms are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.errors import InputRefused
from spatial.levels import build
from spatial.management.console import HouseCommand, add_json

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from django.db.models import QuerySet

    from spatial.models import DatasetVersion, LevelSet


class Command(HouseCommand):
    """Build what is missing, or anew; drop what belongs to versions out of use."""

    help = (
        "概略图：为在用的快照版本制作远处各级缩放所用的简化图形（启用时已自动制作）。"
        "不带选项时补做缺的，并清除停用版本的。未制作的版本照常用原图形显示，只是慢。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which versions."""
        parser.add_argument(
            "version", type=int, nargs="*", metavar="ID", help="只做这些版本，重新制作"
        )
        parser.add_argument("--layer", metavar="LAYER", help="只做这个图层的版本")
        parser.add_argument("--all", action="store_true", help="已有的也重新制作（地类分组改过后）")
        parser.add_argument("--dry-run", action="store_true", help="只列出要做的版本，不写入")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Do it, one version a transaction."""
        chosen = self._chosen(options)
        gone = list(build.outdated())
        if options["dry_run"]:
            told = [self._told(version, None) for version in chosen]
        else:
            for version in gone:
                build.drop(version)
            told = [self._told(version, build.build(version, self._step)) for version in chosen]
        if options["json"]:
            self.print_json({"built": told, "dropped": [version.pk for version in gone]})
            return
        verb = "将" if options["dry_run"] else "已"
        for entry in told:
            self.stdout.write(f"{entry['version']:>6}  {entry['title']}  {entry['said']}")
        self.stdout.write(f"{verb}制作 {len(told)} 个版本的概略图，{verb}清除 {len(gone)} 个。")

    def _chosen(self, options: dict[str, Any]) -> QuerySet[DatasetVersion]:
        numbers = options["version"]
        found = build.candidates() if options["all"] or numbers else build.missing()
        if options["layer"]:
            found = found.filter(layer=options["layer"])
        if not numbers:
            return found
        found = found.filter(pk__in=numbers)
        if wrong := sorted(set(numbers) - set(found.values_list("pk", flat=True))):
            raise InputRefused(
                f"版本 {'、'.join(map(str, wrong))} 不是在用的快照，没有概略图可做。"
                "请用 versions list 查看编号。"
            )
        return found

    def _step(self, phase: str, done: int = 0, total: int = 0) -> None:
        if total:
            self.say(f"{phase} {done} / {total}")

    def _told(self, version: DatasetVersion, made: LevelSet | None) -> dict[str, Any]:
        numbers = made.numbers if made else {}
        sizes = "，".join(f"{zoom} 级 {said['polygons']} 个" for zoom, said in numbers.items())
        return {
            "version": version.pk,
            "title": str(version),
            "levels": numbers,
            "seconds": made.seconds if made else 0,
            "said": f"{sizes}，{made.seconds} 秒" if made and sizes else "用原图形",
        }
