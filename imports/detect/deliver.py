"""What a detector finds comes in as patches of a machine-made batch. 机器初筛入库"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyproj
import shapely
from django.conf import settings
from django.core.exceptions import ValidationError

from imports.detect.search import Settings, search
from imports.patches import BatchSpec, stage_patches
from spatial import crs, units, vocabulary
from spatial.errors import InputRefused
from spatial.job_progress import silent
from spatial.models import Batch, Image, Region
from spatial.models.patch import Source
from spatial.models.region import RegionLevel
from spatial.scope import scope_of

if TYPE_CHECKING:
    from imports.detect.search import Detection
    from imports.models import Delivery
    from spatial.job_progress import Progress
    from spatial.models import User

REMARK = "机器初筛，未经人工核实"
DIGITS = 9
"""Decimals of a degree: a tenth of a millimetre."""


@dataclass(frozen=True)
class Detected:
    """What was found, and the delivery it became: None where nothing was found."""

    detection: Detection
    delivery: Delivery | None

    @property
    def said(self) -> str:
        """The outcome in words."""
        found = self.detection.record
        if self.delivery is None:
            return "没有发现达到最小面积的变化，未入库。"
        return (
            f"初筛出 {found['regions']} 处变化，{units.mu(Decimal(str(found['area_m2'])))} 亩，"
            f"入库 {self.delivery.row_count} 个图斑。"
        )


def detect(  # noqa: PLR0913 - each is an option of detect_changes
    before_id: int,
    after_id: int,
    *,
    batch: str,
    told: Settings | None = None,
    by: User | None = None,
    within: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Detected:
    """Compare two images and bring the changed ground in as patches of a machine-made batch.

    ``by`` limits which images may be read, ``within`` (a region's code) on which ground. The same
    images and settings again change nothing. Raises InputRefused, also for a batch that somebody
    issued: what a machine finds never joins those.
    """
    options = (told or Settings()).checked()
    before, after = checked(before_id, after_id, batch, by)
    ground = _ground(before, after, within)
    detection = search(_file(before), _file(after), options, ground=ground, progress=progress)
    if not detection.found:
        return Detected(detection, None)
    spec = BatchSpec(batch, source=Source.MACHINE, title=_title(before, after))
    with tempfile.TemporaryDirectory() as folder:
        name = f"机器初筛_{before.pk}_{after.pk}.geojson"
        path = Path(folder) / name
        path.write_text(_text(detection, before, after, ground), encoding="utf-8")
        delivery = stage_patches(
            path, batch=spec, by=by, within=within, dry_run=dry_run, progress=progress
        )
    return Detected(detection, delivery)


def checked(before_id: int, after_id: int, batch: str, by: User | None) -> tuple[Image, Image]:
    """The two images; raises InputRefused for what can be known to be wrong without looking."""
    found = Batch.objects.filter(code=batch).first()
    if found is None:
        try:
            Batch(code=batch, source=Source.MACHINE).full_clean()
        except ValidationError as error:
            raise InputRefused(f"批次 {batch} 不能建立：{'；'.join(error.messages)}") from error
    elif found.source != Source.MACHINE:
        raise InputRefused(
            f"批次 {batch} 是下发或登记的批次（{vocabulary.source_term(found.source)}），"
            "机器初筛的图斑不能混入。请换一个批次号。"
        )
    before, after = (_image(image_id, by) for image_id in (before_id, after_id))
    if before.taken_on >= after.taken_on:
        raise InputRefused(
            f"前影像 {before.pk}（{before.taken_on}）应早于后影像 {after.pk}（{after.taken_on}）。"
            "请核对次序和拍摄日期。"
        )
    return before, after


def images_of(by: User | None) -> Any:
    """The images that an account may compare, oldest first; without an account all in use."""
    found = Image.objects.order_by("taken_on", "pk")
    return found.filter(withdrawn_at__isnull=True) if by is None else scope_of(by).filter_images(
        found
    )  # fmt: skip


def _image(image_id: int, by: User | None) -> Image:
    found: Image | None = images_of(by).filter(pk=image_id).first()
    if found is None:
        raise InputRefused(
            f"没有可用的影像 {image_id}（不存在、已撤回，或不归您查看）。"
            "请用 imagery list 查看编号。"
        )
    return found


def _file(image: Image) -> Path:
    path = Path(settings.MEDIA_ROOT) / image.file
    if not path.is_file():
        raise InputRefused(f"影像 {image.pk} 的文件不见了。请用 import_raster --replace 重新导入。")
    return path


def _ground(before: Image, after: Image, within: str | None) -> shapely.Geometry | None:
    """Ground of the registered counties under both images; None where no outline is known."""
    outlined = Region.objects.filter(level=RegionLevel.COUNTY, geom__isnull=False)
    if not outlined.exists():
        return None
    if within:
        outlined = outlined.filter(pk__in=Region.objects.by_code(within).counties().values("pk"))
    found = outlined.filter(geom__intersects=before.footprint)
    found = found.filter(geom__intersects=after.footprint)
    shapes = [shapely.from_wkb(bytes(one.geom.wkb)) for one in found if one.geom]
    if not shapes:
        raise InputRefused("两幅影像共有的范围不在（您的）已登记行政区之内，不能比较。")
    ground = shapely.union_all(shapes)
    shapely.prepare(ground)
    return ground


def _title(before: Image, after: Image) -> str:
    return f"机器初筛 {before.taken_on} 至 {after.taken_on}"


def _text(
    detection: Detection, before: Image, after: Image, ground: shapely.Geometry | None
) -> str:
    """GeoJSON in CGCS2000, the same for the same images and settings."""
    way = pyproj.Transformer.from_crs(
        detection.grid.crs, f"EPSG:{crs.STORAGE_SRID}", always_xy=True
    )
    features = []
    for number, one in enumerate(detection.found, start=1):
        degrees = shapely.transform(one.geom, way.transform, interleaved=False)
        properties = {
            "JCBH": f"JS{before.pk}-{after.pk}-{number:05d}",
            "QSX": before.taken_on.isoformat(),
            "HSX": after.taken_on.isoformat(),
            "JCFF": detection.method,
            "BHDF": round(one.score, 3),
            "BZ": REMARK,
        }
        outline = shapely.transform(_inside(degrees, ground), lambda points: points.round(DIGITS))
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": shapely.geometry.mapping(outline),
            }
        )
    head = {
        "type": "FeatureCollection",
        "crs": {"type": "name",
                "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs.STORAGE_SRID}"}},
        "detection": detection.record,
        "features": features,
    }  # fmt: skip
    return json.dumps(head, ensure_ascii=False)


def _inside(outline: shapely.Geometry, ground: shapely.Geometry | None) -> shapely.Geometry:
    """Cut at the outline of the counties: a pixel may lie half beyond."""
    if ground is None or shapely.contains_properly(ground, outline):
        return outline
    parts = shapely.get_parts(shapely.intersection(outline, ground))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
