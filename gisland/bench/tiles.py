"""``bench tiles``: a county's survey and an image as tiles, beside django-vectortiles.

Each tile is asked for once over the whole of Django (session, scope, version, statement, gzip);
nothing is cached but PostgreSQL's pages. The rival makes its bytes on the same rows in the same
process, without a session or a scope.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.test.utils import override_settings

from gisland.bench import tile_ground
from gisland.bench.tile_reader import Reader, packed, tiles_over, time_tiles
from imports.activate import activate_versions
from spatial.models import LevelSet, Zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.models import DatasetVersion, Image, User
    from tiles.grid import Tile

ZOOMS = range(6, 17)
IMAGE_ZOOMS = range(6, 19)
FAR = 12
"""Below this zoom the rival reads the whole county for each tile: only so many are asked of it."""
FAR_SAMPLE = 2
LIMITS = {"worst_kb": 250, "worst_ms": 200, "near_median_ms": 15, "image_median_ms": 80}
NEAR = 14
NO_RIVAL = "未安装 django-vectortiles，未作比较（pip install django-vectortiles，只供测速）。"


@dataclass(frozen=True)
class Size:
    """How many polygons, how many tiles of a zoom at most, how wide the image is in pixels."""

    polygons: int = 200_000
    sample: int = 40
    pixels: int = 12_000
    seed: int = 2026


def measure(size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything, in the database that is open now; rows by zoom for each kind of tile."""
    rng = np.random.default_rng(size.seed)
    say(f"生成约 {size.polygons} 个地类图斑（虚构），全部作为一个县")
    version, user, ground = tile_ground.stage_county(size.polygons, size.seed)
    say(f"启用版本 {version.pk}（派生，制作概略图）")
    started = time.perf_counter()
    activate_versions([version], progress=lambda phase, done=0, total=0: None)
    activation = round(time.perf_counter() - started, 1)
    made = LevelSet.objects.get(version=version)
    box = tuple(shapely.total_bounds(ground))
    with tempfile.TemporaryDirectory(prefix="gisland-bench-") as folder:
        media = Path(folder) / "media"
        with override_settings(MEDIA_ROOT=media):
            image = tile_ground.add_image(Path(folder), box, size.pixels, date(2024, 6, 1), rng)
            found = compare(version, user, image, box, size.sample, rng, say)
    return {
        "polygons": version.zone_count,
        "vertices": int(shapely.get_num_coordinates(ground).sum()),
        "activation_seconds": activation,
        "level_seconds": made.seconds,
        "levels": made.numbers,
        **found,
        "limits": LIMITS,
        "over": over_limits(found),
    }


def compare(
    version: DatasetVersion, user: User, image: Image | None, box: tuple[float, ...],
    sample: int, rng: np.random.Generator, say: Callable[[str], None],
) -> dict[str, Any]:  # fmt: skip
    """Tiles of a version and an image for a user, and the rival's of the version."""
    reader = Reader(user)
    rival = rival_of(version)
    if rival is None:
        say(NO_RIVAL)
    vector, other, pictures = {}, {}, {}
    for zoom in ZOOMS:
        chosen = tiles_over(box, zoom, sample, rng)
        vector[zoom] = time_tiles(chosen, lambda tile: reader.get(_vector(version, tile)))
        if rival is not None:
            few = chosen[:FAR_SAMPLE] if zoom < FAR else chosen
            other[zoom] = time_tiles(few, rival)
        say(f"{zoom} 级：{vector[zoom]['median_ms']} ms")
    if image is not None:
        for zoom in IMAGE_ZOOMS:
            chosen = tiles_over(box, zoom, sample, rng)
            pictures[zoom] = time_tiles(chosen, lambda tile: reader.get(_picture(image, tile)))
    return {"vector": vector, "rival": other, "imagery": pictures}


def over_limits(found: dict[str, Any]) -> list[str]:
    """A sentence for each limit that was not kept."""
    said = []
    for zoom, row in found["vector"].items():
        if row["worst_kb"] > LIMITS["worst_kb"]:
            said.append(f"矢量 {zoom} 级最大 {row['worst_kb']} kB")
        if row["worst_ms"] > LIMITS["worst_ms"]:
            said.append(f"矢量 {zoom} 级最慢 {row['worst_ms']} ms")
        if zoom >= NEAR and row["median_ms"] > LIMITS["near_median_ms"]:
            said.append(f"矢量 {zoom} 级中位 {row['median_ms']} ms")
    for zoom, row in found["imagery"].items():
        if row["median_ms"] > LIMITS["image_median_ms"]:
            said.append(f"影像 {zoom} 级中位 {row['median_ms']} ms")
    return said


def rival_of(version: DatasetVersion) -> Callable[[Tile], bytes] | None:
    """django-vectortiles on the same rows, packed as ours; None where it is not installed."""
    try:
        from vectortiles.backends.postgis import VectorLayer  # noqa: PLC0415 - only if installed
    except ImportError:
        return None
    layer = type(
        "Survey",
        (VectorLayer,),
        {
            "id": "land_use",
            "queryset": Zone.objects.filter(version=version),
            "tile_fields": ("code",),
            "tile_buffer": 64,
        },
    )()
    return lambda tile: packed(bytes(layer.get_tile(tile.x, tile.y, tile.z)))


def _vector(version: DatasetVersion, tile: Tile) -> str:
    return f"/tiles/land_use/{version.pk}/{tile.z}/{tile.x}/{tile.y}.mvt"


def _picture(image: Image, tile: Tile) -> str:
    return f"/imagery/{image.pk}/{tile.z}/{tile.x}/{tile.y}.webp"


def as_text(found: dict[str, Any]) -> str:
    """The tables for people."""
    levels = (f"{zoom} 级 {said['polygons']} 个" for zoom, said in found["levels"].items())
    activation = f"启用 {found['activation_seconds']} 秒，其中概略图 {found['level_seconds']} 秒"
    lines = [
        f"{found['polygons']} 个地类图斑，{found['vertices']} 个顶点，一个县；{activation}",
        "概略图：" + "，".join(levels),
        "每块瓦片（未缓存）：毫秒 中位 / 95% / 最慢，处理器毫秒，gzip 后最大 kB",
        *_table("矢量", found["vector"]),
        *(_table("django-vectortiles", found["rival"]) if found["rival"] else [NO_RIVAL]),
        *_table("影像", found["imagery"]),
        "超出要求：" + ("；".join(found["over"]) or "无"),
    ]  # fmt: skip
    return "\n".join(lines)


def _table(title: str, rows: dict[int, dict[str, Any]]) -> list[str]:
    return [
        f"{title}",
        *(
            f"  {zoom:>2} 级  {row['tiles']:>3} 块  {row['median_ms']:>8} / {row['p95_ms']:>8} / "
            f"{row['worst_ms']:>8}  {row['cpu_ms']:>7}  {row['worst_kb']:>8}"
            for zoom, row in rows.items()
        ),
    ]
