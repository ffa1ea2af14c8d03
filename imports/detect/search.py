"""From two image files to scored polygons: the whole way of a detection. 变化检测"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from imports.detect import pair, regions, threshold
from imports.detect.irmad import IrMad
from imports.detect.shift import Shift, shift_between
from spatial.errors import InputRefused
from spatial.job_progress import silent

if TYPE_CHECKING:
    from pathlib import Path

    import shapely

    from imports.detect.detector import Detector
    from imports.detect.pair import Grid, ImagePair
    from imports.detect.regions import Found
    from spatial.job_progress import Progress

DETECTORS: dict[str, Detector] = {detector.name: detector for detector in (IrMad(),)}
"""By name; another one is added here."""
LEAST_AREA_M2 = 200.0
MOST_SHIFT = 3.0
"""Pixels by which two images may lie apart."""
STEPS = 255
"""Of the scores that are kept for a whole image, 0 to 1."""


@dataclass(frozen=True)
class Settings:
    """How changes are to be found; ``threshold`` None is found from the scores."""

    detector: str = "irmad"
    least_area_m2: float = LEAST_AREA_M2
    threshold: float | None = None
    resolution_m: float | None = None
    most_shift: float = MOST_SHIFT
    bright: float | None = None

    def checked(self) -> Settings:
        """Itself; raises InputRefused for what cannot be."""
        if self.detector not in DETECTORS:
            known = "、".join(DETECTORS)
            raise InputRefused(f"没有检测方法 {self.detector}。可用：{known}。")
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise InputRefused(
                f"阈值 {self.threshold} 应大于 0、小于 1；不清楚时用 auto，由程序自定。"
            )
        if not self.least_area_m2 >= 0:
            raise InputRefused(f"最小面积 {self.least_area_m2} 应为 0 或更大的平方米数。")
        if self.resolution_m is not None and not 0.05 <= self.resolution_m <= 1000:
            raise InputRefused(f"分辨率 {self.resolution_m} 米应在 0.05 至 1000 之间。")
        if not 0 < self.most_shift <= 50:
            raise InputRefused(f"允许错位 {self.most_shift} 应大于 0、不超过 50 个像元。")
        return self


@dataclass(frozen=True)
class Detection:
    """What was found, and how."""

    found: list[Found]
    grid: Grid
    shift: Shift
    threshold: float
    compared_m2: float
    """Ground on which both images hold values."""
    settings: Settings
    notes: list[str] = field(default_factory=list)

    @property
    def method(self) -> str:
        """Name and version of the detector."""
        used = DETECTORS[self.settings.detector]
        return f"{used.name} {used.version}"

    @property
    def record(self) -> dict[str, Any]:
        """In JSON, without the polygons."""
        return {
            "detector": self.method,
            "regions": len(self.found),
            "area_m2": round(sum(one.area_m2 for one in self.found), 2),
            "compared_m2": round(self.compared_m2, 2),
            "threshold": round(self.threshold, 4),
            "least_area_m2": self.settings.least_area_m2,
            "resolution_m": round(self.grid.pixel_m, 4),
            "shift_pixels": round(self.shift.pixels, 2) if self.shift.known else None,
            "notes": self.notes,
        }


def search(
    before: Path,
    after: Path,
    settings: Settings | None = None,
    *,
    ground: shapely.Geometry | None = None,
    progress: Progress = silent,
) -> Detection:
    """Compare two images of one place, on ``ground`` (4490) alone where that is given.

    Raises InputRefused where they cannot be compared: no overlap, or laid too badly.
    """
    told = (settings or Settings()).checked()
    with pair.opened(
        before, after, ground=ground, resolution_m=told.resolution_m, bright=told.bright
    ) as images:
        progress("核对配准")
        shift = shift_between(images.windows())
        notes = _judged(shift, told)
        if told.resolution_m is not None and images.grid.pixel_m > told.resolution_m * 1.001:
            notes.append(f"范围太大，按 {images.grid.pixel_m:.2f} 米分辨率比较。")
        scores, valid = _scores(images, DETECTORS[told.detector], progress)
    grid = images.grid
    level = told.threshold
    if level is None:
        level = threshold.automatic(threshold.histogram(scores[valid] / np.float32(STEPS)))
    progress("整理变化区")
    mask = (scores >= np.ceil(level * STEPS)) & valid
    mask = regions.cleaned(mask, told.least_area_m2 / grid.pixel_m**2, valid)
    progress("勾绘边界")
    found = regions.outlined(mask, scores / np.float32(STEPS), grid, told.least_area_m2)
    return Detection(found, grid, shift, level, float(valid.sum()) * grid.pixel_m**2, told, notes)


def _judged(shift: Shift, told: Settings) -> list[str]:
    if not shift.known:
        return ["两幅影像的错位判断不出（缺少清楚的共同边缘），请在地图上核对配准。"]
    if shift.pixels > told.most_shift:
        raise InputRefused(
            f"两幅影像错位约 {shift.pixels:.1f} 个像元（向右 {shift.right:.1f}、向下 "
            f"{shift.down:.1f}），超过 {told.most_shift:g}。请重新配准；确要比较的，"
            "放宽允许错位（--max-shift）或取较粗的分辨率（--resolution）。"
        )
    if shift.pixels > 1:
        return [f"两幅影像错位约 {shift.pixels:.1f} 个像元，边缘处可能误报。"]
    return []


def _scores(
    images: ImagePair, detector: Detector, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the whole grid in 1/STEPS, and where they mean anything."""
    progress("统计")
    fitted = detector.fit(images.sample())
    grid = images.grid
    scores = np.zeros((grid.height, grid.width), dtype="uint8")
    valid = np.zeros(scores.shape, dtype=bool)
    pieces = list(images.blocks())
    for done, (rows, columns) in enumerate(pieces):
        progress("逐块比较", done, len(pieces))
        wide = (
            _widened(rows, detector.margin, grid.height),
            _widened(columns, detector.margin, grid.width),
        )
        earlier, later, counts = images.read(*wide)
        inner = tuple(
            slice(own.start - more.start, own.stop - more.start)
            for own, more in zip((rows, columns), wide, strict=True)
        )
        scored = fitted.score(earlier, later, counts)[inner]
        scores[rows, columns] = np.rint(np.clip(scored, 0, 1) * STEPS)
        valid[rows, columns] = counts[inner]
    return scores, valid


def _widened(part: slice, margin: int, length: int) -> slice:
    return slice(max(0, part.start - margin), min(length, part.stop + margin))
