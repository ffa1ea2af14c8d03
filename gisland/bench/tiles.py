"""``bench tiles``: a county's survey and an image as tiles, beside django-vectortiles.

Each tile is asked for once over the whole of Django (session, scope, version, statement, gzip);
nothing is cached but PostgreSQL's pages. The rival makes its bytes on the same rows in the same
process, without a session or a scope.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
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
from spatial import sqlfiles
from spatial.models import Image, LevelSet, User, Zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spatial.models import DatasetVersion
    from tiles.grid import Tile

ZOOMS = range(6, 17)
IMAGE_ZOOMS = range(6, 19)
FAR = 12
"""Below this zoom the rival reads the whole county for each tile: only so many are asked of it."""
FAR_SAMPLE = 2
NEAR = 14
NO_RIVAL = "未安装 django-vectortiles，未作比较（pip install django-vectortiles，只供测速）。"


@dataclass(frozen=True)
class Size:
    """How many polygons, how many tiles of a zoom at most, how wide the image is in pixels."""

    polygons: int = 200_000
    sample: int = 40
    pixels: int = 12_000
    seed: int = 2026
    zooms: tuple[int, int] = (0, 99)
    """The first and the last zoom that are measured."""

    def chosen(self, zooms: range) -> list[int]:
        """Those of some zooms that are measured."""
        return [zoom for zoom in zooms if self.zooms[0] <= zoom <= self.zooms[1]]


@contextmanager
def kept_in(folder: Path, *, keep: bool) -> Iterator[None]:
    """The folder in which the image of a measurement lies, until the block ends or for ever."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        if not keep:
            shutil.rmtree(folder)


def measure(
    size: Size, folder: Path, say: Callable[[str], None], *, reuse: bool = False
) -> dict[str, Any]:
    """Everything, in the database that is open now; rows by zoom for each kind of tile.

    With ``reuse`` county and image were laid there before.
    """
    rng = np.random.default_rng(size.seed)
    with override_settings(MEDIA_ROOT=folder):
        activation = None if reuse else _lay(size, folder, rng, say)
        version = tile_ground.version_of_county()
        made = LevelSet.objects.get(version=version)
        user, image = User.objects.get(username=tile_ground.READER), Image.objects.get()
        found = compare(version, user, image, size, rng, say)
    return {
        "polygons": version.zone_count,
        "vertices": sqlfiles.value("levels/10_count_vertices", {"version_id": version.pk}),
        "activation_seconds": activation,
        "level_seconds": made.seconds,
        "levels": made.numbers,
        **found,
        "limits": judged(found),
    }


def _lay(size: Size, folder: Path, rng: np.random.Generator, say: Callable[[str], None]) -> float:
    say(f"生成约 {size.polygons} 个地类图斑（虚构），全部作为一个县")
    version, ground = tile_ground.stage_county(size.polygons, size.seed)
    say(f"启用版本 {version.pk}（派生，制作概略图）")
    started = time.perf_counter()
    activate_versions([version], progress=lambda phase, done=0, total=0: None)
    spent = round(time.perf_counter() - started, 1)
    box = tuple(shapely.total_bounds(ground))
    with tempfile.TemporaryDirectory(prefix="gisland-bench-") as drawn:
        tile_ground.add_image(Path(drawn), box, size.pixels, date(2024, 6, 1), rng)
    return spent


def compare(
    version: DatasetVersion, user: User, image: Image, size: Size,
    rng: np.random.Generator, say: Callable[[str], None],
) -> dict[str, Any]:  # fmt: skip
    """Tiles of a version and an image for a user, and the rival's of the version."""
    reader, box = Reader(user), image.footprint.extent
    rival = rival_of(version)
    if rival is None:
        say(NO_RIVAL)
    vector, other, pictures = {}, {}, {}
    for zoom in size.chosen(ZOOMS):
        chosen = tiles_over(box, zoom, size.sample, rng)
        vector[zoom] = time_tiles(chosen, lambda tile: reader.get(_vector(version, tile)))
        if rival is not None:
            few = chosen[:FAR_SAMPLE] if zoom < FAR else chosen
            other[zoom] = time_tiles(few, rival)
        say(f"{zoom} 级：{vector[zoom]['median_ms']} ms")
    for zoom in size.chosen(IMAGE_ZOOMS):
        chosen = tiles_over(box, zoom, size.sample, rng)
        pictures[zoom] = time_tiles(chosen, lambda tile: reader.get(_picture(image, tile)))
    return {"vector": vector, "rival": other, "imagery": pictures}


def judged(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Each limit of the map: what was found where it is worst, and whether it is held."""
    vector, pictures = found["vector"], found["imagery"]
    near = {zoom: row for zoom, row in vector.items() if zoom >= NEAR}
    asked = (
        ("每块矢量瓦片，gzip 后 kB", 250, "worst_kb", vector),
        ("每块矢量瓦片，毫秒", 200, "worst_ms", vector),
        (f"{NEAR} 级起矢量瓦片中位，毫秒", 15, "median_ms", near),
        ("影像瓦片各级中位，毫秒", 80, "median_ms", pictures),
    )
    said = []
    for term, limit, column, rows in asked:
        if rows:
            zoom = max(rows, key=lambda zoom: rows[zoom][column])
            worst = rows[zoom][column]
            said.append({"term": term, "limit": limit, "zoom": zoom, "worst": worst,
                         "held": worst < limit})  # fmt: skip
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
    spent = found["activation_seconds"]
    activation = "启用未重做" if spent is None else f"启用 {spent} 秒"
    lines = [
        (
            f"{found['polygons']} 个地类图斑，{found['vertices']} 个顶点，一个县；"
            f"{activation}，概略图 {found['level_seconds']} 秒"
        ),
        "概略图：" + "，".join(levels),
        "每块瓦片（未缓存）：毫秒 中位 / 95% / 最慢，处理器毫秒，gzip 后最大 kB",
        *_table("矢量", found["vector"]),
        *(_table("django-vectortiles", found["rival"]) if found["rival"] else [NO_RIVAL]),
        *_table("影像", found["imagery"]),
        "要求：",
        *(
            f"  {said['term']} < {said['limit']}：{'达到' if said['held'] else '未达到'}"
            f"（{said['zoom']} 级 {said['worst']}）"
            for said in found["limits"]
        ),
    ]
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
