"""Which bands of an image are shown, which pixels count, how values become 8 bits. 波段与拉伸"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from rasterio.enums import ColorInterp

from imports.readers.table import NOTE, Finding
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasterio.io import DatasetReader
    from rasterio.windows import Window

    from imports.raster_options import RasterOptions

KINDS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
STRETCH = (2.0, 98.0)
"""Percent of the values of a band that 8 bits show."""
COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
REMEDY = "请导出为 8 位、16 位整数或 32 位浮点的 GeoTIFF。"


@dataclass(frozen=True)
class Plan:
    """How an image is read: colour bands, what marks the pixels that count, a palette."""

    bands: tuple[int, ...]
    kind: str
    alpha: int | None = None
    nodata: float | None = None
    palette: np.ndarray | None = None
    stretched: bool = False

    @property
    def count(self) -> int:
        """Bands of what is stored."""
        return 3 if self.palette is not None else len(self.bands)

    def with_alpha(self, alpha: int) -> Plan:
        """The plan of a warped image, whose alpha band says what counts."""
        return replace(self, alpha=alpha, nodata=None)

    def read(self, dataset: DatasetReader, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Values of the colour bands and where they count (bool)."""
        values = dataset.read(list(self.bands), window=window)
        if self.alpha:
            counts = dataset.read(self.alpha, window=window) > 0
        elif self.nodata is not None:
            counts = (values != self.nodata).any(axis=0)
        else:
            counts = dataset.dataset_mask(window=window) > 0
        if values.dtype.kind == "f":
            counts &= np.isfinite(values).all(axis=0)
        return values, counts

    def eight_bits(self, values: np.ndarray, bounds: Sequence[Sequence[float]]) -> np.ndarray:
        """The values as they are stored: by the palette, by the stretch, or as they are."""
        if self.palette is not None:
            return np.moveaxis(self.palette[values[0]], -1, 0)
        if not bounds:
            return values
        result = np.empty(values.shape, dtype="uint8")
        for at, (low, high) in enumerate(bounds):
            band = np.nan_to_num(values[at].astype("float32"), nan=low, posinf=high, neginf=low)
            scaled = (band - low) * (255.0 / (high - low))
            result[at] = np.clip(np.rint(scaled), 0, 255).astype("uint8")
        return result


def plan_of(
    name: str, dataset: DatasetReader, options: RasterOptions, findings: list[Finding]
) -> Plan:
    """The plan for an image; raises InputRefused for kinds of value that are no picture."""
    kinds = sorted(set(dataset.dtypes))
    if len(kinds) > 1 or kinds[0] not in KINDS:
        raise InputRefused(f"影像 {name} 有 {dataset.count} 个波段（{'、'.join(kinds)}）。{REMEDY}")
    interp = list(dataset.colorinterp)
    alpha = interp.index(ColorInterp.alpha) + 1 if ColorInterp.alpha in interp else None
    palette = None
    if options.bands:
        bands = _chosen(name, dataset, options.bands)
    elif interp[0] == ColorInterp.palette:
        bands, palette = (1,), _palette(dataset)
    else:
        bands = _default(name, interp, alpha, findings)
    if palette is None and not options.bands and dataset.count == 1:
        findings.append(Finding("one_band", "只有一个波段，按灰度显示。", NOTE))
    return Plan(
        bands, kinds[0], alpha, options.nodata, palette,
        stretched=palette is None and (kinds[0] != "uint8" or options.stretch),
    )  # fmt: skip


def _chosen(name: str, dataset: DatasetReader, bands: tuple[int, ...]) -> tuple[int, ...]:
    if len(bands) not in (1, 3) or not all(1 <= number <= dataset.count for number in bands):
        raise InputRefused(
            f"影像 {name} 有 {dataset.count} 个波段，不能取 {'、'.join(map(str, bands))}。"
            "请给出一个或三个存在的波段号，如 --bands 3,2,1。"
        )
    return bands


def _default(
    name: str, interp: list[ColorInterp], alpha: int | None, findings: list[Finding]
) -> tuple[int, ...]:
    others = [at for at, _ in enumerate(interp, start=1) if at != alpha]
    if not others:
        raise InputRefused(f"影像 {name} 只有透明波段，没有图像。{REMEDY}")
    if all(colour in interp for colour in COLOURS):
        shown = [interp.index(colour) + 1 for colour in COLOURS]
        rest = [at for at in others if at not in shown]
        return tuple(shown + rest) if len(others) == 4 else tuple(shown)
    if len(others) in (1, 3, 4):
        return tuple(others)
    shown = others[:1] if len(others) == 2 else others[:3]
    told = "、".join(str(number) for number in shown)
    findings.append(
        Finding("bands_chosen", f"影像有 {len(interp)} 个波段，显示第 {told} 波段。",
                done="其余波段未取；可用 --bands 3,2,1 指明红、绿、蓝")
    )  # fmt: skip
    return tuple(shown)


def _palette(dataset: DatasetReader) -> np.ndarray:
    """Colours by value, black where the palette names none."""
    size = 256 if dataset.dtypes[0] == "uint8" else 65536
    colours = np.zeros((size, 3), dtype="uint8")
    for value, colour in dataset.colormap(1).items():
        if 0 <= value < size:
            colours[value] = colour[:3]
    return colours


def stretch_of(plan: Plan, values: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
    """The bounds of each band that become 0 and 255, of pixels that count; empty if as they are."""
    if not plan.stretched:
        return {}
    bounds = []
    for band in values:
        seen = band[counts]
        low, high = (float(number) for number in np.percentile(seen, STRETCH))
        least = 1.0 if seen.dtype.kind in "iu" else max(abs(high), 1e-6) * 1e-6
        bounds.append([low, max(high, low + least)])
    return {"percent": list(STRETCH), "bounds": bounds, "applied": True}
