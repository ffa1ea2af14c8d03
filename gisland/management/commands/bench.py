"""bench: how fast the engine is and whether its areas add up; sites, imports, tiles, detection."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from gisland.bench import detect, imports, incremental, overlay, site, tiles
from gisland.bench.scratch import scratch_database
from gisland.bench.table import as_text
from spatial.errors import GislandError
from spatial.management.console import HouseCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

LABELLED = Path(os.environ.get("GISLAND_SHARED") or settings.BASE_DIR.parent / "shared") / "data"


KINDS = ("overlay", "incremental", "imports", "detect", "site", "tiles")
REUSED = ("site", "tiles")


class Command(HouseCommand):
    """Measure the engine, site checks or imports, in a database of its own."""

    help = (
        "测速：在临时数据库中生成虚构数据，比较划分、判定与 geopandas.overlay 链；"
        "detect 用带标注的影像对量变化初筛的精度，不用数据库。"
        "默认在空闲的双核机上约一刻钟；按县级规模测用 --polygons 200000。"
        "bench incremental：全部图斑判定后，新增、更正、撤回一份文件，重新判定受影响图斑的用时。"
        "bench site：在一个县规模的数据上经 HTTP 做选址检查的用时，约五分钟。"
        "bench imports：同一份地类图斑，导入与 ogr2ogr 直接拷入相比（--size 为图斑数）。"
        "bench tiles：一个县的地类图斑和影像的瓦片，逐级测，与 django-vectortiles 相比"
        "（--size 为图斑数）。"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much, with how many workers."""
        parser.add_argument("what", nargs="?", default="overlay", choices=list(KINDS))
        parser.add_argument("--polygons", type=int, default=50_000, help="地类图斑数（约）")
        parser.add_argument(
            "--size", type=int, default=200_000, help="imports、site、tiles：地类图斑数（约）"
        )
        parser.add_argument("--sites", type=int, default=100, help="site：5 公顷的选址数")
        parser.add_argument("--large-sites", type=int, default=12, help="site：500 公顷的选址数")
        parser.add_argument("--tiles", type=int, default=40, help="tiles：每级最多测多少块瓦片")
        parser.add_argument(
            "--zooms",
            type=int,
            nargs=2,
            metavar=("FROM", "TO"),
            default=(0, 99),
            help="tiles：只测这些级（首、末级）",
        )
        parser.add_argument(
            "--patches", type=int, default=100_000, help="监测图斑数（判定其中一万个）"
        )
        parser.add_argument("--workers", type=int, default=settings.WORKERS, help="并行数")
        parser.add_argument(
            "--sample", type=int, default=10_000, help="geopandas 链所用图斑数（约）"
        )
        parser.add_argument("--database", default="gis_bench", help="临时数据库名（先删后建）")
        parser.add_argument("--keep", action="store_true", help="测完不删除临时数据库")
        parser.add_argument(
            "--reuse",
            action="store_true",
            help="site、tiles：不生成数据，用上次 --keep 留下的数据库（--size 须相同）再测",
        )
        parser.add_argument(
            "--data", type=Path, default=LABELLED, metavar="DIR",
            help="detect：带标注的影像对所在文件夹（默认检出目录旁的 shared/data）",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="末行只输出 JSON")

    def handle(self, **options: Any) -> None:
        """Make the database, measure, print, drop it; detection needs none."""
        if options["what"] == "detect":
            self._print(detect.measure(options["data"], self.say), detect.as_text, options)
            return
        reuse = options["reuse"]
        if reuse and options["what"] not in REUSED:
            raise GislandError(f"--reuse 只用于 {'、'.join(REUSED)}。")
        with scratch_database(options["database"], keep=options["keep"], reuse=reuse):
            if options["what"] == "imports":
                self._print(imports.measure(options["size"], self.say), imports.as_text, options)
            elif options["what"] == "incremental":
                size = _size(options)
                self._print(incremental.measure(size, self.say), incremental.as_text, options)
            elif options["what"] == "site":
                self._print(
                    site.measure(_sites(options), self.say, reuse=reuse), site.as_text, options
                )
            elif options["what"] == "tiles":
                folder = settings.VAR_DIR / "bench" / options["database"]
                told = tiles.Size(options["size"], options["tiles"], zooms=options["zooms"])
                with tiles.kept_in(folder, keep=options["keep"] or reuse):
                    found = tiles.measure(told, folder, self.say, reuse=reuse)
                self._print(found, tiles.as_text, options)
            else:
                self._print(overlay.measure(_size(options), self.say), as_text, options)
        if options["keep"]:
            self.say(f"数据库 {options['database']} 已保留。")

    def _print(self, found: Any, words: Callable[[Any], str], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stderr.write(words(found), str)
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stdout.write(words(found))


def _size(options: dict[str, Any]) -> overlay.Size:
    return overlay.Size(
        options["polygons"], options["patches"], options["workers"], options["sample"]
    )


def _sites(options: dict[str, Any]) -> site.Size:
    return site.Size(options["size"], options["sites"], options["large_sites"], options["workers"])
