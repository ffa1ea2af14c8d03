"""Write patches or a layer to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils import timezone

from imports.export import Asked, Export, Form, export
from imports.writers import FORMATS
from spatial.management.console import HouseCommand, a_date, a_time, add_json
from spatial.models import User
from spatial.scope import scope_of

if TYPE_CHECKING:
    from argparse import ArgumentParser

CONSOLE = "命令行"
SUFFIXES = {entry.suffix: name for name, entry in FORMATS.items()} | {".zip": "shp"}
SHOWN = 20


class Command(HouseCommand):
    """Write patches or a layer's zones to a file; an existing file is refused."""

    help = "导出图斑（patches）或图层为文件；写不下、写不了的内容逐项列出，不会悄悄丢失。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options of the contract (design section 9)."""
        parser.add_argument("what", metavar="patches|LAYER", help="图斑，或图层代码")
        parser.add_argument("file", metavar="FILE", nargs="?", help="默认：当前文件夹，按内容命名")
        parser.add_argument("--format", choices=list(FORMATS), help="默认按文件名的后缀")
        parser.add_argument("--out", metavar="FILE", help="同 FILE")
        parser.add_argument("--crs", metavar="EPSG:n", help="默认 EPSG:4490；txt 默认本县 3 度带")
        parser.add_argument("--encoding", metavar="NAME", help="shp 默认 UTF-8，txt 默认 GBK")
        parser.add_argument("--region", metavar="CODE", help="只取这个县、市或省")
        parser.add_argument("--batch", metavar="CODE", help="只取这个批次（图斑）")
        parser.add_argument("--label-class", metavar="CLASS", help="只取这个归类，如 illegal")
        parser.add_argument(
            "--where", nargs="+", action="extend", default=[], metavar="TEST",
            help="条件，写法同规则集，如 \"patch.kind = 01\"、\"approved_on >= 2023-01-01\"",
        )  # fmt: skip
        parser.add_argument("--versions", nargs="+", type=int, default=[], metavar="ID",
                            help="图层：这些版本（默认当日有效的）")  # fmt: skip
        parser.add_argument("--as-of", metavar="DATE", help="图层：这天有效的版本（默认今天）")
        parser.add_argument("--known-at", metavar="TIME", help="图斑：当时已采用的评定")
        parser.add_argument(
            "--as", dest="user", metavar="USER", help="按这个账号的权限（默认全部）"
        )
        parser.add_argument("--plain", action="store_true", help="不带交付时的其他原始列")
        outline = parser.add_mutually_exclusive_group()
        outline.add_argument("--wkt", action="store_true", default=None, help="表格中写边界")
        outline.add_argument("--centroid", action="store_false", dest="wkt", help="只写中心点")
        parser.add_argument("--overwrite", action="store_true", help="覆盖已有文件")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        target = self._target(options)
        form = Form(
            options["format"] or SUFFIXES[target.suffix.lower()], options["crs"],
            options["encoding"], options["wkt"], options["overwrite"],
        )  # fmt: skip
        user = self._user(options["user"])
        asked = Asked(
            scope=scope_of(user) if user else None,
            region_code=options["region"],
            where=options["where"],
            batch=options["batch"],
            label_class=options["label_class"],
            version_ids=options["versions"],
            as_of=a_date(options["as_of"]) if options["as_of"] else None,
            known_at=a_time(options["known_at"]) if options["known_at"] else None,
            plain=options["plain"],
        )
        self.say(f"写入 {target} ……")
        done = export(
            options["what"], target, form, asked,
            by=user.username if user else CONSOLE, today=timezone.localdate(), user=user,
        )  # fmt: skip
        if options["json"]:
            self.print_json(done.told())
        else:
            self._print(done)

    def _target(self, options: dict[str, Any]) -> Path:
        if options["file"] and options["out"]:
            raise CommandError("FILE 和 --out 只给一个。")
        given = options["file"] or options["out"]
        if given:
            target = Path(given)
            if not options["format"] and target.suffix.lower() not in SUFFIXES:
                raise CommandError(f"{target.name} 看不出格式。请用 --format 指明。")
            return target
        if not options["format"]:
            raise CommandError("请用 --format 指明格式，或给出文件名。")
        parts = (options["what"], options["batch"], options["region"])
        return Path("-".join(part for part in parts if part) + FORMATS[options["format"]].suffix)

    def _user(self, name: str | None) -> User | None:
        if name is None:
            return None
        found = User.objects.filter(username=name).first()
        if found is None:
            raise CommandError(f"没有账号 {name}。请核对 --as。")
        return found

    def _print(self, done: Export) -> None:
        self.stdout.write(
            f"{done.path}：{done.rows} 个要素，{done.crs}，{done.encoding}，"
            f"{len(done.columns)} 列。编号 {done.mark}。"
        )
        for note in done.notes:
            self.stdout.write(f"  注意：{note}")
        renamed = [one for one in done.columns if one["column"] != one["name"]]
        if renamed and done.format == "shp":
            beside = done.path.with_suffix(".fields.csv").name
            self.stdout.write(f"  {len(renamed)} 个列名缩短为 10 字节，对照见 {beside}")
        for loss in done.dropped[:SHOWN]:
            first = f"（如 {'、'.join(loss['first'])}）" if loss["first"] else ""
            self.stdout.write(f"  {loss['column']}：{loss['what']}，{loss['count']} 个{first}")
        if len(done.dropped) > SHOWN:
            self.stdout.write(f"  ……共 {len(done.dropped)} 项，全部见 --json")
        if done.remap:
            self.stdout.write(f"  再导入时请加：{' '.join(f'--map {one}' for one in done.remap)}")
