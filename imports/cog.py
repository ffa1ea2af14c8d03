"""The checked COG: pixels to a plain TIFF, from it the COG with overviews, then every block read.

A large image is turned into a COG by a process of its own, which a stop can end:
``python -m imports.cog PLAIN READY``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import rasterio.errors
import rasterio.shutil
from rasterio.enums import ColorInterp

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from imports.crs_verdict import Verdict
    from imports.raster_ground import Upright
    from spatial.jobs import Progress

TILE = 512
LARGE = 25_000_000
"""Pixels from which a process of its own makes the COG."""
POLL_SECONDS = 0.5
READ_TIMES = 5.6
"""What GDAL reads in all for a COG, in sizes of the plain file: measured 4.9 (smooth ground) to 5.6
(noise). It tells nothing of itself; what it has read is the one true sign of how far it is."""
SPARE_BYTES = 64 << 20
COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.undefined)


@contextmanager
def written(
    image: Upright, target: Path, verdict: Verdict, stretch: dict[str, Any], progress: Progress
) -> Iterator[Path]:
    """A checked COG beside its later place; gone when the block ends unless it was moved away.

    Raises InputRefused where the disk is full or read-only, or the result fails its check;
    whatever ``progress`` raises ends the work. Nothing is left behind.
    """
    folder, mark = target.parent, uuid.uuid4().hex[:8]
    plain, ready = (target.with_suffix(f".{mark}.{what}.tif") for what in ("plain", "part"))
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_full(folder, image)
        _write_plain(image, plain, verdict, stretch, progress)
        _convert(plain, ready, progress, large=image.width * image.height > LARGE)
        _check(plain, ready, progress)
        yield ready
    except (OSError, rasterio.errors.RasterioError) as error:
        raise _failed(folder, error) from error
    finally:
        for leftover in (plain, ready):
            leftover.unlink(missing_ok=True)
        if new and folder.exists() and not any(folder.iterdir()):
            folder.rmdir()


def _failed(folder: Path, error: Exception) -> InputRefused:
    free = shutil.disk_usage(folder).free if folder.exists() else 0
    if isinstance(error, PermissionError) or "Read-only" in str(error):
        return InputRefused("影像存放目录不可写，未写入。请系统管理员检查目录权限后重试。")
    if free < SPARE_BYTES or "No space" in str(error):
        return InputRefused("磁盘已满，影像未写入。请腾出空间后重试。")
    return InputRefused(f"影像转换失败（{str(error)[:120]}），未写入。请重试或换一份 GeoTIFF。")


def _refuse_full(folder: Path, image: Upright) -> None:
    """Refuse to begin where even a well packed image would not fit."""
    need = image.width * image.height * image.plan.count // 2 + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < need:
        raise InputRefused(
            f"磁盘剩余 {free >> 20} MB，转换该影像约需 {need >> 20} MB，未写入。请腾出空间后重试。"
        )


def _write_plain(
    image: Upright, plain: Path, verdict: Verdict, stretch: dict[str, Any], progress: Progress
) -> None:
    count = image.plan.count
    profile = {
        "driver": "GTiff", "width": image.width, "height": image.height, "count": count,
        "dtype": "uint8", "crs": verdict.crs.to_wkt(), "transform": image.transform,
        "tiled": True, "blockxsize": TILE, "blockysize": TILE, "bigtiff": "IF_SAFER",
        "photometric": "MINISBLACK" if count == 1 else "RGB", "alpha": "NO",
        "compress": "ZSTD", "zstd_level": 1, "interleave": "pixel",
    }  # fmt: skip
    with rasterio.open(plain, "w", **profile) as copy:
        copy.colorinterp = [ColorInterp.gray] if count == 1 else COLOURS[:count]
        for (row, _), window in copy.block_windows(1):
            values, counts = image.plan.read(image.dataset, window)
            shown = image.plan.eight_bits(values, stretch.get("bounds", ()))
            copy.write(np.where(counts, shown, 0).astype("uint8"), window=window)
            copy.write_mask(counts, window=window)
            progress("转换像元", min((row + 1) * TILE, image.height), image.height)


def convert(plain: str | Path, ready: str | Path) -> None:
    """One plain TIFF to a COG."""
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_CACHEMAX=256):
        rasterio.shutil.copy(
            plain, ready, driver="COG", compress="DEFLATE", predictor="YES", blocksize=TILE,
            overviews="IGNORE_EXISTING", overview_resampling="average", bigtiff="IF_SAFER",
        )  # fmt: skip


def _convert(plain: Path, ready: Path, progress: Progress, *, large: bool) -> None:
    progress("建立金字塔", 0, 100)
    if not large:
        convert(plain, ready)
        return
    command = [sys.executable, "-m", "imports.cog", str(plain), str(ready)]
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE) as worker:
        try:
            while worker.poll() is None:
                progress("建立金字塔", _percent(worker.pid, plain), 100)
                try:
                    worker.wait(POLL_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if worker.poll() is None:
                worker.kill()
                worker.wait()
                _clear_overviews(ready)
        if worker.returncode:
            told = (worker.stderr.read() if worker.stderr else b"").decode("utf-8", "replace")
            _clear_overviews(ready)
            raise OSError(told.strip().splitlines()[-1] if told.strip() else "COG")


def _percent(pid: int, plain: Path) -> int:
    """How far a worker is, by what it has read; 0 where the system doesn't tell."""
    try:
        told = Path(f"/proc/{pid}/io").read_text(encoding="ascii")
        read = int(told.split("rchar:")[1].split()[0])
    except (OSError, IndexError, ValueError):
        return 0
    return min(99, int(100 * read / (READ_TIMES * plain.stat().st_size)))


def _clear_overviews(ready: Path) -> None:
    """Remove what an interrupted GDAL leaves beside its result."""
    for leftover in ready.parent.glob(f"{ready.name}*.tmp*"):
        leftover.unlink(missing_ok=True)
    for leftover in ready.parent.glob(f"{ready.name}.*"):
        leftover.unlink(missing_ok=True)


def _check(plain: Path, ready: Path, progress: Progress) -> None:
    """The COG must be tiled, have overviews, and hold the pixels of the plain file, all of them."""
    with rasterio.open(ready, driver="GTiff") as cog, rasterio.open(plain, driver="GTiff") as copy:
        large = max(cog.width, cog.height) > TILE
        good = cog.block_shapes[0] == (TILE, TILE) and (cog.overviews(1) or not large)
        for (row, _), window in cog.block_windows(1):
            good = good and (cog.read(window=window) == copy.read(window=window)).all()
            good = (
                good
                and (cog.read_masks(1, window=window) == copy.read_masks(1, window=window)).all()
            )
            progress("核对结果", min((row + 1) * TILE, cog.height), cog.height)
        if not good:
            raise InputRefused("影像转换未通过检查，未写入。请重试；仍不行时换一份 GeoTIFF。")


if __name__ == "__main__":
    convert(sys.argv[1], sys.argv[2])
