"""The ground of a campaign on a map: on the page by tiles, on paper as a drawing. 专项图"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import Extent

from gisland.pages.map_config import bounds_of, map_config
from gisland.reports import maps
from spatial import crs, vocabulary
from spatial.models import Assessment, Patch

if TYPE_CHECKING:
    from spatial.campaigns.figures import Figures
    from spatial.scope import Scope

MOST_DRAWN = 2000
"""Outlines on one sheet of paper; a larger table is printed without a map."""
MAP_MM = (176.0, 96.0)
EDGE_DEG = 0.002


def config_of(figures: Figures, scope: Scope) -> dict[str, Any]:
    """What ``createMap`` needs: the patches of this table alone, and the map brought to them.

    Where the current verdicts come from one run, its tiles are asked for; else all patches show.
    """
    ids = [one.id for line in figures.lines for one in line.ground]
    box = _bounds(ids) if len(ids) <= MOST_DRAWN else None
    config = map_config(scope, bounds=box or bounds_of(scope), legend_open=False)
    runs = figures.batch.run_ids if figures.batch else ()
    for layer in config["layers"]:
        if layer["kind"] == "patch" and len(runs) == 1:
            layer["url"] = layer["url"].replace("/live/", f"/{runs[0]}/")
            layer["title"] = figures.table.title
    return config


def _bounds(ids: list[int]) -> list[float] | None:
    box = Patch.objects.filter(pk__in=ids).aggregate(box=Extent("geom"))["box"]
    if box is None:
        return None
    west, south, east, north = box
    return [west - EDGE_DEG, south - EDGE_DEG, east + EDGE_DEG, north + EDGE_DEG]


def drawing_of(figures: Figures) -> bytes | None:
    """The SVG of the table's ground by label; None where there is none, or too much."""
    ids = {one.id: one for line in figures.lines for one in line.ground}
    if not ids or len(ids) > MOST_DRAWN:
        return None
    rows = Patch.objects.filter(pk__in=ids).values_list("pk", "geom")
    styles = dict(
        Assessment.objects.filter(patch_id__in=ids, is_current=True).values_list(
            "patch_id", "style"
        )
    )
    tokens = vocabulary.style_tokens()
    by_style: dict[str, list[maps.Shape]] = {}
    for pk, geom in rows:
        hidden = not ids[pk].label_class
        style = "other" if hidden else styles.get(pk) or "unknown"
        by_style.setdefault(style, []).append(maps.Shape(geom))
    geoms = [shape.geom for shapes in by_style.values() for shape in shapes]
    west = min(geom.extent[0] for geom in geoms)
    east = max(geom.extent[2] for geom in geoms)
    frame = maps.frame_of(
        geoms, crs.nearest_meridian((west + east) / 2), width_mm=MAP_MM[0], height_mm=MAP_MM[1]
    )
    layers = [
        maps.MapLayer(tokens[style]["term"], maps.Look.of(tokens[style]), by_style[style])
        for style in tokens
        if style in by_style
    ]
    return maps.draw(frame, layers)
