"""Bring an image in."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from imports import rasters
from imports.management import options
from imports.raster_options import RasterOptions, bands_of
from spatial.access import SECRECIES


class Command(BaseCommand):
    help = "导入影像（GeoTIFF、JPEG 2000，或内有一个影像的 zip），转为分块、带金字塔的 COG"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--taken-on", type=options.day, metavar="DATE", help="拍摄日期")
        parser.add_argument("--name", help="名称；不给则用文件名")
        parser.add_argument("--crs", metavar="EPSG:n", help="坐标系；给出时以此为准")
        parser.add_argument("--bands", metavar="R,G,B", help="显示的波段号，如 3,2,1")
        parser.add_argument("--nodata", type=float, metavar="VALUE", help="无数据的像元值")
        parser.add_argument(
            "--stretch", action="store_true", help="8 位影像也按百分比拉伸（偏暗时用）"
        )
        parser.add_argument("--secrecy", choices=SECRECIES, help="密级；不给则按设置")
        parser.add_argument(
            "--replace", action="store_true", help="替换同日同地的影像（原影像撤回，不删）"
        )
        options.add_running(parser)

    def handle(self, **given: Any) -> None:
        options.begin(self, given["file"])
        with options.readable_errors():
            done = rasters.load_raster(
                given["file"],
                options=RasterOptions(
                    given["taken_on"], given["name"], given["crs"],
                    bands_of(given["bands"]) if given["bands"] else (), given["nodata"],
                    given["stretch"], given["secrecy"], given["replace"],
                ),
                progress=self._progress,
                dry_run=given["dry_run"],
            )  # fmt: skip
        image = done.image
        if given["json"]:
            told = {
                "image": image.pk, "repeated": done.repeated, "file": image.file,
                "crs": image.delivered_crs, "resolution_m": image.resolution_m,
                "stretch": image.stretch, "dry_run": given["dry_run"], "secrecy": image.secrecy,
                "record": image.record,
                "suggested": done.suggested[0].isoformat() if done.suggested else None,
            }  # fmt: skip
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        elif done.repeated:
            self.stdout.write(f"同一影像已导入过（影像 {image.pk}），没有任何变化。")
        else:
            self._tell(done, dry_run=given["dry_run"])

    def _tell(self, done: rasters.RasterLoaded, *, dry_run: bool) -> None:
        image, record = done.image, done.image.record
        dry = "（试运行，未写入）" if dry_run else ""
        day = image.taken_on or (f"日期未给，{done.suggested[1]}所示为 {done.suggested[0]}"
                                 if done.suggested else "日期未给")  # fmt: skip
        self.stdout.write(
            f"{dry}影像 {image.name} {day}：{image.resolution_m:.2f} 米，{image.delivered_crs}。"
        )
        rests = "；".join([record["crs_origin"], *record["crs_evidence"]])
        self.stdout.write(f"  坐标系依据：{rests}，把握{record['crs_confidence']}")
        for finding in done.findings:
            after = f" → {finding.done}" if finding.done else ""
            self.stdout.write(f"  问题：{finding.message}{after}")

    def _progress(self, phase: str, done: int = 0, total: int = 0) -> None:
        """One line a phase on stderr."""
        if done >= total:
            self.stderr.write(f"  {phase}", self.style.NOTICE)
