"""The printed maps of a site check: overview, one a line, what would be free."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely
from django.contrib.gis.geos import Polygon
from rasterio.warp import transform_bounds

from gisland.pages import site_shapes
from gisland.reports import backdrop, maps
from spatial import crs, vocabulary
from spatial.models import Image, Zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gisland.pages.site_told import Told

OVERVIEW_MM = (176.0, 96.0)
LINE_MM = (176.0, 78.0)
AROUND, BEYOND = 0.35, 0.05
SITE = maps.Look("#0B3D6B", 2.0)
MOST_ZONES = 400
"""Zones of a layer that are drawn around a site."""


def overview(told: Told) -> bytes:
    """The site and all that it grossly hits, over the newest image and the lines around."""
    frame = _frame(told, [_site(told)], OVERVIEW_MM)
    painted = site_shapes.looks(told)
    layers = [_around(told, frame, code) for code in _codes(told.drawable)]
    layers += [_hit(told, line, painted) for line in told.hard]
    return _drawn(told, frame, [*layers, _parcels(told)])


def of_line(told: Told, line: dict[str, Any]) -> bytes:
    """The site and what it touches of one line."""
    frame = _frame(told, [_site(told)], LINE_MM)
    painted = site_shapes.looks(told)
    layers = [_around(told, frame, code) for code in _codes([line])]
    return _drawn(told, frame, [*layers, _hit(told, line, painted), _parcels(told)])


def free(told: Told, sets: Sequence[dict[str, Any]]) -> bytes:
    """What remains, and the nearest free place."""
    shapes = [feature["geometry"] for one in sets for feature in one["features"]["features"]]
    frame = _frame(told, [_site(told), *map(shapely.geometry.shape, shapes)], LINE_MM)
    avoided = [line for line in told.drawable if line["code"] in told.avoid]
    layers = [_around(told, frame, code) for code in _codes(avoided)]
    layers.append(_parcels(told))
    for one in sets:
        look = one["look"]
        paint = maps.Look(
            look["color"], look["width"], tuple(look.get("dash", ())),
            fill="" if look.get("fill") is False or one["id"] == "way" else look["color"],
            opacity=look.get("opacity", 0.3),
        )  # fmt: skip
        named = [
            maps.Shape(feature["geometry"], feature["properties"]["name"])
            for feature in one["features"]["features"]
        ]
        layers.append(maps.MapLayer(one["title"], paint, named))
    return _drawn(told, frame, layers)


def _site(told: Told) -> shapely.Geometry:
    return shapely.from_wkb(bytes(told.site.patch.geom.wkb))


def _frame(told: Told, shapes: list[shapely.Geometry], size: tuple[float, float]) -> maps.Frame:
    meridian = told.result["site"]["meridian"]
    if meridian is None:
        west, _, east, _ = told.result["site"]["bounds"]
        meridian = crs.nearest_meridian((west + east) / 2)
    return maps.frame_of(shapes, meridian, width_mm=size[0], height_mm=size[1], margin=AROUND)


def _drawn(told: Told, frame: maps.Frame, layers: list[maps.MapLayer]) -> bytes:
    images = Image.objects.filter(footprint__intersects=told.site.patch.geom)
    image = told.scope.filter_images(images).order_by("-taken_on", "-pk").first()
    ground = backdrop.backdrop(image, frame, told.scope.county_ids) if image else None
    source = f"影像 {image.taken_on}" if image is not None and ground else ""
    return maps.draw(frame, layers, backdrop=ground, source=source)


def _parcels(told: Told) -> maps.MapLayer:
    parcels = told.site.told.get("parcels", [])
    many = len(parcels) > 1
    shapes = [maps.Shape(one["geometry"], one["name"] if many else "") for one in parcels]
    return maps.MapLayer("选址范围", SITE, shapes)


def _hit(told: Told, line: dict[str, Any], painted: dict[str, dict[str, str]]) -> maps.MapLayer:
    look = painted[line["code"]]
    paint = maps.Look(look["color"], 1.2, fill=look["color"], opacity=0.18, hatch=look["hatch"])
    geometry = told.ground[line["code"]]["features"][0]["geometry"]
    return maps.MapLayer(
        f"{line['term']} {line['mu']} 亩", paint, [maps.Shape(geometry, f"{line['mu']} 亩")]
    )


def _codes(lines: list[dict[str, Any]]) -> list[str]:
    """The layers of lines, each once; the survey itself would hide everything."""
    codes = (layer["code"] for line in lines for layer in line["layers"])
    return [code for code in dict.fromkeys(codes) if code != "land_use"]


def _around(told: Told, frame: maps.Frame, code: str) -> maps.MapLayer:
    """A layer's ground in the frame, by the versions that the check read."""
    versions = [row["version"] for row in told.result["versions"] if row["layer"] == code]
    west, south, east, north = _degrees(frame)
    window = Polygon.from_bbox((west, south, east, north))
    window.srid = crs.STORAGE_SRID
    zones = told.scope.filter_zones(
        Zone.objects.filter(version__in=[pk for pk in versions if pk], layer_id=code), "map"
    ).filter(geom__intersects=window)
    box = shapely.box(west, south, east, north)
    shapes = [
        shapely.intersection(shapely.make_valid(shapely.from_wkb(bytes(geom.wkb))), box)
        for geom in zones.values_list("geom", flat=True)[:MOST_ZONES]
    ]
    united = shapely.union_all(shapes)
    look = maps.Look.of(vocabulary.layer_style(code))
    title = _term(told, code)
    found = [] if united.is_empty else [maps.Shape(json.loads(shapely.to_geojson(united)))]
    return maps.MapLayer(title, look, found)


def _term(told: Told, code: str) -> str:
    return next(
        layer["term"] for line in told.lines for layer in line["layers"] if layer["code"] == code
    )


def _degrees(frame: maps.Frame) -> tuple[float, float, float, float]:
    """The frame in degrees, somewhat wider, so that its own edge is nowhere drawn as a line."""
    west, south, east, north = frame.bounds_m
    wide, tall = (east - west) * BEYOND, (north - south) * BEYOND
    plane = crs.plane_proj4(frame.central_meridian)
    box = (west - wide, south - tall, east + wide, north + tall)
    return transform_bounds(plane, f"EPSG:{crs.STORAGE_SRID}", *box)
