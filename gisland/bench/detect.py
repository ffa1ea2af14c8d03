"""How well changes are found on image pairs that somebody has labelled, whatever the numbers are.

Two sets are known: Taizhou (Landsat 7, six bands; changed and unchanged ground labelled apart)
and OSCD (Sentinel-2, four bands of 10 m; all ground labelled). Neither is part of the project.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import rasterio
import shapely
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import shapes

from imports.detect.accuracy import Accuracy, accuracy
from imports.detect.search import Settings, search
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imports.detect.search import Detection

TAIZHOU = "imagery-taizhou-landsat"
OSCD = "imagery-oscd-sentinel2"
CITIES = ("beihai", "hongkong")
BANDS = ("B02", "B03", "B04", "B08")
LEAST_PIXELS = 4
"""The least area that is looked for: the labels hold regions of a pixel or two as well."""
CHANGED = 2
"""What OSCD writes for a change; 1 is none."""


@dataclass(frozen=True)
class Labelled:
    """A pair of images, and masks on the grid of the earlier one."""

    name: str
    before: Path
    after: Path
    changed: np.ndarray
    unchanged: np.ndarray


def measure(folder: Path, say: Callable[[str], None], threshold: float | None = None) -> list[Any]:
    """One record a pair; raises InputRefused where the folder holds none of the sets."""
    with tempfile.TemporaryDirectory() as scratch:
        pairs = list(pairs_in(folder, Path(scratch)))
        if not pairs:
            raise InputRefused(
                f"{folder} 里没有带标注的影像对（{TAIZHOU}、{OSCD}）。请用 --data 指明文件夹。"
            )
        found = []
        for labelled in pairs:
            say(f"比较 {labelled.name} ……")
            found.append(_measured(labelled, threshold))
    return found


def pairs_in(folder: Path, scratch: Path) -> Iterator[Labelled]:
    """The labelled pairs in a folder; bands of separate files are put together in ``scratch``."""
    if (folder / TAIZHOU).is_dir():
        yield _taizhou(folder / TAIZHOU)
    for city in CITIES:
        if (folder / OSCD / city).is_dir():
            yield _oscd(folder / OSCD / city, scratch)


def scored(labelled: Labelled, detection: Detection) -> Accuracy:
    """By area, in the plane of the detection."""
    with rasterio.open(labelled.before) as image:
        way = pyproj.Transformer.from_crs(image.crs.to_wkt(), detection.grid.crs, always_xy=True)
        changed, unchanged = (
            _ground(mask, image.transform, way) for mask in (labelled.changed, labelled.unchanged)
        )
    return accuracy([one.geom for one in detection.found], changed, unchanged)


def as_text(found: list[Any]) -> str:
    """The table for people."""
    lines = [
        "影像对            精确率  召回率    F1   变化区   阈值   错位   秒（处理器）/百万像元"
    ]
    for row in found:
        shift = "不明" if row["shift_pixels"] is None else f"{row['shift_pixels']:.2f}"
        lines.append(
            f"{row['pair']:<16}{row['precision']:>7.3f}{row['recall']:>8.3f}{row['f1']:>7.3f}"
            f"{row['regions']:>8}{row['threshold']:>8.3f}{shift:>7}"
            f"{row['seconds_per_megapixel']:>8.2f} ({row['cpu_seconds_per_megapixel']:.2f})"
        )
    lines.append("按面积计；只计已标注的地面。标注为土地覆盖变化，不是违法。")
    return "\n".join(lines)


def _measured(labelled: Labelled, threshold: float | None) -> dict[str, Any]:
    pixel_m2 = _pixel_m2(labelled)
    began, worked = time.perf_counter(), time.process_time()
    detection = search(
        labelled.before,
        labelled.after,
        Settings(least_area_m2=LEAST_PIXELS * pixel_m2, threshold=threshold),
    )
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    result = scored(labelled, detection)
    return {
        "pair": labelled.name,
        "precision": round(result.precision, 4),
        "recall": round(result.recall, 4),
        "f1": round(result.f1, 4),
        "found_right_m2": round(result.right_m2),
        "found_wrong_m2": round(result.wrong_m2),
        "missed_m2": round(result.missed_m2),
        **detection.record,
        "seconds_per_megapixel": round(seconds / (labelled.changed.size / 1e6), 3),
        "cpu_seconds_per_megapixel": round(cpu / (labelled.changed.size / 1e6), 3),
    }


def _pixel_m2(labelled: Labelled) -> float:
    """Size of a pixel, to say what the least area is."""
    with rasterio.open(labelled.before) as image:
        across = abs(image.transform.a * image.transform.e)
        if not image.crs.is_geographic:
            return float(across)
        middle = (image.bounds.bottom + image.bounds.top) / 2
        return float(across * 111_320**2 * np.cos(np.radians(middle)))


def _ground(mask: np.ndarray, transform: Any, way: pyproj.Transformer) -> shapely.Geometry:
    parts = [
        shapely.geometry.shape(part)
        for part, _ in shapes(mask.astype("uint8"), mask, transform=transform)
    ]
    return shapely.transform(shapely.union_all(parts), way.transform, interleaved=False)


def _taizhou(folder: Path) -> Labelled:
    masks = []
    for name in ("change", "unchanged"):
        with rasterio.open(folder / f"taizhou_{name}_mask.tif") as mask:
            masks.append(mask.read(1) == 1)
    return Labelled(
        "taizhou", folder / "taizhou_2000-03-17.tif", folder / "taizhou_2003-02-06.tif", *masks
    )


def _oscd(folder: Path, scratch: Path) -> Labelled:
    """Both dates as images of four bands; the labels have the size of the earlier one."""
    city = folder.name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # the labels have no place
        labels = rasterio.open(folder / "cm" / f"{city}-cm.tif")
    with labels:
        changed = labels.read(1) == CHANGED
    made = [_stacked(folder / f"imgs_{at}", scratch / f"{city}_{at}.tif") for at in (1, 2)]
    return Labelled(city, *made, changed, ~changed)


def _stacked(folder: Path, target: Path) -> Path:
    with ExitStack() as stack:
        bands = [
            stack.enter_context(rasterio.open(next(folder.glob(f"*_{band}.tif")))) for band in BANDS
        ]
        profile = {**bands[0].profile, "driver": "GTiff", "count": len(bands)}
        with rasterio.open(target, "w", **profile) as made:
            for at, band in enumerate(bands, start=1):
                made.write(band.read(1, out_shape=made.shape, resampling=Resampling.nearest), at)
    return target
