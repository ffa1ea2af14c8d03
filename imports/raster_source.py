"""Opens a stranger's image: what it is, where it says it lies, and nothing but the file itself.

GDAL is told the driver, sees no other file beside it and reaches no network; sidecars (.tfw, .prj)
are read here, by hand.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import rasterio
import rasterio.errors
from affine import Affine
from django.conf import settings

from imports.raster_bands import Plan, plan_of
from imports.readers import archive
from imports.readers.crs_text import LONGEST, parsed
from imports.readers.table import Finding
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rasterio.io import DatasetReader

    from imports.raster_options import RasterOptions

DRIVERS = {"GTiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "JP2OpenJPEG": (b"\0\0\0\x0cjP  ",)}
"""What an image may be, by its first bytes: TIFF, BigTIFF, JPEG 2000."""
WORLD_FILES = (".tfw", ".tifw", ".tiffw", ".jgw", ".j2w", ".wld")
SIDECAR_BYTES = 100_000
ENV: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_TIFF_INTERNAL_MASK": "YES",
    "GDAL_NUM_THREADS": "1",
}
REMEDIES = {
    ".ecw": "ECW 是专有格式，读取须另购许可。请用制作它的软件导出为 GeoTIFF 后再交。",
    ".sid": "MrSID 是专有格式。请导出为 GeoTIFF 后再交。",
    ".img": "请在 ERDAS 或 ArcGIS 中导出为 GeoTIFF 后再交。",
    ".vrt": "VRT 只是指向别的文件的清单。请把它导出为一个 GeoTIFF 后再交。",
    ".pix": "请导出为 GeoTIFF 后再交。",
    ".jpg": "请连同坐标信息导出为 GeoTIFF 后再交。",
    ".png": "请连同坐标信息导出为 GeoTIFF 后再交。",
}


@dataclass
class Source:
    """An open image: its pixels, its place as it was told, the bands to show."""

    name: str
    dataset: DatasetReader
    transform: Affine
    crs: pyproj.CRS | None
    crs_origin: str
    plan: Plan
    findings: list[Finding] = field(default_factory=list)


@contextmanager
def opened(path: Path, options: RasterOptions) -> Iterator[Source]:
    """The image at ``path`` (or the one in a zip, with its .tfw and .prj), open for reading.

    Raises InputRefused for what is no readable image, for one without place, and for sizes
    beyond the limits of settings.
    """
    with ExitStack() as stack:
        main = path
        if path.suffix.lower() == ".zip":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gisland-"))
            main = archive.unpack_image(path, Path(folder))
        driver = _driver(main, path.name)
        stack.enter_context(rasterio.Env(**ENV, GDAL_CACHEMAX=settings.IMAGE_CACHE_MB))
        try:
            dataset = stack.enter_context(rasterio.open(main, driver=driver))
        except (rasterio.errors.RasterioError, ValueError, UnicodeDecodeError) as error:
            raise _unreadable(path.name) from error
        _refuse_giants(path.name, dataset)
        findings: list[Finding] = []
        transform = _transform(main, path.name, dataset, findings)
        crs, origin = _crs(main, path.name, dataset, findings)
        plan = plan_of(path.name, dataset, options, findings)
        yield Source(path.name, dataset, transform, crs, origin, plan, findings)


def _unreadable(name: str) -> InputRefused:
    return InputRefused(f"文件 {name} 不是可读的 GeoTIFF，可能已损坏。请重新导出。")


def _driver(main: Path, name: str) -> str:
    if remedy := REMEDIES.get(main.suffix.lower()):
        raise InputRefused(f"影像 {name} 的格式不收。{remedy}")
    with main.open("rb") as file:
        start = file.read(16)
    for driver, marks in DRIVERS.items():
        if start.startswith(marks):
            return driver
    raise _unreadable(name)


def _refuse_giants(name: str, dataset: DatasetReader) -> None:
    """Refuse what claims too many pixels, and blocks that would fill the memory at once."""
    pixels = dataset.width * dataset.height
    if pixels > settings.IMAGE_PIXELS:
        raise InputRefused(
            f"影像 {name} 有 {dataset.width}×{dataset.height} 个像元，超过上限 "
            f"{settings.IMAGE_PIXELS:,}。请分幅导出后逐幅导入，"
            "或由管理员调高 GISLAND_IMAGE_PIXELS。"
        )
    rows, columns = dataset.block_shapes[0]
    bands = dataset.count if dataset.profile.get("interleave") == "pixel" else 1
    block = rows * columns * bands * np.dtype(dataset.dtypes[0]).itemsize
    if block > settings.IMAGE_CACHE_MB << 20:
        raise InputRefused(
            f"影像 {name} 的每块有 {rows}×{columns} 个像元（{block >> 20} MB），须整块读入内存。"
            "请以分块（tiled，如 512×512）方式重新导出。"
        )


def _sidecar(main: Path, suffixes: tuple[str, ...]) -> str | None:
    """The text of the file beside the image with one of these suffixes, if it is of honest size."""
    for candidate in sorted(main.parent.iterdir()):
        if candidate.stem == main.stem and candidate.suffix.lower() in suffixes:
            with candidate.open("rb") as file:
                return file.read(SIDECAR_BYTES).decode("utf-8", "replace")
    return None


def _transform(main: Path, name: str, dataset: DatasetReader, findings: list[Finding]) -> Affine:
    if not dataset.transform.is_identity:
        found = dataset.transform
    elif (text := _sidecar(main, WORLD_FILES)) is not None:
        found = _of_world_file(name, text)
        findings.append(
            Finding("world_file", "位置取自坐标文件（.tfw）。", done="按其六个参数定位")
        )
    elif dataset.gcps[0]:
        raise InputRefused(
            f"影像 {name} 只有控制点，没有纠正过。请先正射（几何）纠正后导出为 GeoTIFF。"
        )
    else:
        raise InputRefused(
            f"影像 {name} 没有定位信息（地理变换）。请交带坐标的 GeoTIFF，"
            "或把 .tif 和同名 .tfw 压缩成一个 zip 交来。"
        )
    if not np.isfinite(tuple(found)).all() or found.is_degenerate:
        raise InputRefused(f"影像 {name} 的定位信息无效（像元大小为零或非数）。请重新导出。")
    return found


def _of_world_file(name: str, text: str) -> Affine:
    """The six numbers of a world file; they place the centre of the first pixel."""
    try:
        a, d, b, e, x, y = (float(word) for word in text.split()[:6])
    except ValueError as error:
        raise InputRefused(
            f"影像 {name} 的坐标文件（.tfw）应有六行数字，读不出来。请重新导出。"
        ) from error
    return Affine(a, b, x - (a + b) / 2, d, e, y - (d + e) / 2)


def _crs(
    main: Path, name: str, dataset: DatasetReader, findings: list[Finding]
) -> tuple[pyproj.CRS | None, str]:
    text, origin = (dataset.crs.to_wkt() if dataset.crs else ""), "影像内声明"
    if not text and (beside := _sidecar(main, (".prj",))) is not None:
        text, origin = beside, ".prj"
    if not text.strip():
        return None, ""
    try:
        found = parsed(text)
    except (pyproj.exceptions.CRSError, RecursionError):
        found = None
    if found is None or text.startswith(("LOCAL_CS", "ENGCRS")):
        findings.append(
            Finding("crs_unread", f"坐标系声明（{origin}）读不懂：{text[: min(80, LONGEST)]}……")
        )
        return None, ""
    return found, origin
