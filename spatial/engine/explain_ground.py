"""Ground as rings of numbers: exact in the engine's CRS, in degrees for drawing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import GEOSGeometry

from spatial import crs, sqlfiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.engine.explain_trace import Trace
    from spatial.models import Assessment, Patch

    Rings = list[Any]


def told_crs(patch: Patch) -> dict[str, str]:
    """In what the rings are measured."""
    # every county has a meridian (a constraint of its table)
    meridian = patch.region.central_meridian or 0
    return {
        "ground": crs.ENGINE_PROJ4,
        "plane": crs.plane_proj4(meridian),
        "drawn": f"EPSG:{crs.STORAGE_SRID}",
    }


def rings_of(ground: Any) -> Rings:
    """Polygons, each its outer ring and its holes, each a list of [x, y] as stored."""
    return [[[list(point) for point in ring] for ring in polygon] for polygon in ground.coords]


def zone_rings(trace: Trace) -> dict[int, Rings]:
    """By zone: its ground near the patch; parts that one zone was cut into stay apart."""
    return {
        row["zone_id"]: rings_of(GEOSGeometry(memoryview(row["ground"]))) for row in trace.grounds
    }


def drawn_rings(assessments: Sequence[Assessment]) -> dict[int, dict[int, Rings]]:
    """By assessment and piece number (0 is the patch): the rings in degrees."""
    found: dict[int, dict[int, Rings]] = defaultdict(dict)
    ids = [each.pk for each in assessments]
    for row in sqlfiles.rows("engine/explain/90_draw_pieces", {"assessment_ids": ids}):
        found[row["assessment_id"]][row["seq"]] = row["rings"]
    return found
