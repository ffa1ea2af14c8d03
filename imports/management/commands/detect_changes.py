"""Propose changed ground from two images."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from imports.detect import deliver, search
from imports.management import options


class Command(BaseCommand):
    help = "变化初筛：比较前后两期影像，变化处作为机器初筛批次的图斑入库（未经人工核实）"

    def add_arguments(self, parser: CommandParser) -> None:
        usual = search.Settings()
        parser.add_argument("before", type=int, metavar="BEFORE_ID", help="前影像编号")
        parser.add_argument("after", type=int, metavar="AFTER_ID", help="后影像编号")
        parser.add_argument("--batch", required=True, metavar="CODE", help="批次号")
        parser.add_argument("--region", metavar="CODE", help="只比较该行政区之内")
        parser.add_argument(
            "--min-area", type=float, default=usual.least_area_m2, metavar="M2",
            help=f"最小面积，平方米（默认 {usual.least_area_m2:g}）",
        )  # fmt: skip
        parser.add_argument(
            "--threshold", type=_threshold, default=None, metavar="auto|0.6",
            help="变化得分的阈值；auto（默认）由程序自定",
        )  # fmt: skip
        parser.add_argument(
            "--resolution", type=float, metavar="M", help="比较用的分辨率，米；默认取较粗的一幅"
        )
        parser.add_argument(
            "--max-shift", type=float, default=usual.most_shift, metavar="PIXELS",
            help=f"允许错位的像元数（默认 {usual.most_shift:g}）",
        )  # fmt: skip
        parser.add_argument(
            "--mask-bright", type=float, metavar="VALUE",
            help="各波段均值达到该值的像元视为云，不比较（8 位影像可试 250）",
        )  # fmt: skip
        parser.add_argument(
            "--detector", default=usual.detector, choices=sorted(search.DETECTORS), help="检测方法"
        )
        options.add_running(parser)

    def handle(self, **given: Any) -> None:
        told = search.Settings(
            given["detector"], given["min_area"], given["threshold"], given["resolution"],
            given["max_shift"], given["mask_bright"],
        )  # fmt: skip
        with options.readable_errors():
            done = deliver.detect(
                given["before"], given["after"], batch=given["batch"], told=told,
                within=given["region"], dry_run=given["dry_run"], progress=self._progress,
            )  # fmt: skip
        found = done.detection.record
        if done.delivery is not None:
            options.tell(self, given, done.delivery, done.said, {"detection": found})
        elif given["json"]:
            nothing = {"delivery": None, "dry_run": given["dry_run"], "rows": 0, "issues": []}
            self.stdout.write(json.dumps({**nothing, "detection": found}, ensure_ascii=False))
        else:
            self.stdout.write(done.said)
        if not given["json"]:
            self.stdout.write(_how(found))

    def _progress(self, phase: str, done: int = 0, total: int = 0) -> None:
        if (phase, done) != getattr(self, "_said", None) and done in (0, total):
            self._said = (phase, done)
            self.stderr.write(f"{phase} ……", self.style.NOTICE)


def _how(found: dict[str, Any]) -> str:
    shift = "不明" if found["shift_pixels"] is None else f"{found['shift_pixels']} 像元"
    lines = [
        f"  方法：{found['detector']}，阈值 {found['threshold']}，错位 {shift}",
        f"  最小 {found['least_area_m2']:g} m²，分辨率 {found['resolution_m']:g} 米",
        *(f"  提示：{note}" for note in found["notes"]),
    ]
    return "\n".join(lines)


def _threshold(text: str) -> float | None:
    if text == "auto":
        return None
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”应写作 auto 或 0 至 1 之间的数") from error
