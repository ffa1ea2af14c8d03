"""Bring an image in."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from imports import rasters
from imports.management import options


class Command(BaseCommand):
    help = "导入影像（GeoTIFF），转为分块、带金字塔的 COG"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--taken-on", type=options.day, required=True, metavar="DATE", help="拍摄日期"
        )
        parser.add_argument("--name", help="名称；不给则用文件名")
        parser.add_argument("--crs", metavar="EPSG:n", help="坐标系；给出时以此为准")
        options.add_running(parser)

    def handle(self, **given: Any) -> None:
        options.begin(self, given["file"])
        with options.readable_errors():
            done = rasters.load_raster(
                given["file"],
                taken_on=given["taken_on"],
                name=given["name"],
                crs_option=given["crs"],
                dry_run=given["dry_run"],
            )
        image = done.image
        if given["json"]:
            told = {
                "image": image.pk, "repeated": done.repeated, "file": image.file,
                "crs": image.delivered_crs, "resolution_m": image.resolution_m,
                "stretch": image.stretch, "dry_run": given["dry_run"],
            }  # fmt: skip
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        elif done.repeated:
            self.stdout.write(f"同一影像已导入过（影像 {image.pk}），没有任何变化。")
        else:
            dry = "（试运行，未写入）" if given["dry_run"] else ""
            self.stdout.write(
                f"{dry}影像 {image.name} {image.taken_on}："
                f"{image.resolution_m:.2f} 米，{image.delivered_crs}。"
            )
