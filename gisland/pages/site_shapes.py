"""The ground of a site check for the map: parcels, what each line hits, what would be free."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import shapely

from spatial import vocabulary
from spatial.site_check import shapes as site_shapes

if TYPE_CHECKING:
    from gisland.pages.site_told import Told
    from spatial.site_check.check import SiteCheck

HATCHES = ("slash", "backslash", "horizontal", "vertical", "dots", "sparse-dots")
"""One a line, so that lines are told apart without their colours."""
MARK = "#343A40"
PAST, FREE = "#868E96", "#0891B2"
REST, MOVED = "rest", "moved"
HEAD = 0.12
"""The head of the arrow, as a share of its length."""


def parcels(site: SiteCheck) -> dict[str, Any]:
    """The parcels as they were given, for drawing on."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": number, "properties": {"name": parcel["name"]},
             "geometry": parcel["geometry"]}
            for number, parcel in enumerate(site.told.get("parcels", []), start=1)
        ],
    }  # fmt: skip


def look_of(line: dict[str, Any], number: int) -> dict[str, str]:
    """Colour of the line's layer and a hatch of its own."""
    layer = line["layers"][0]["code"] if line["layers"] else ""
    words = vocabulary.layer_style(layer) if layer else {}
    return {"color": words.get("colour", MARK), "hatch": HATCHES[number % len(HATCHES)]}


def looks(told: Told) -> dict[str, dict[str, str]]:
    """By line how its ground is painted, on the page and on paper."""
    return {line["code"]: look_of(line, number) for number, line in enumerate(told.lines)}


def shapes(told: Told) -> list[dict[str, Any]]:
    """The sets of shapes of the page's map, the lowest first."""
    painted = looks(told)
    sets = []
    if ids := [row["id"] for row in told.result["past"]]:
        features = site_shapes.past_shapes(ids, told.scope)
        for feature in features["features"]:
            feature["properties"]["name"] = f"图斑 {feature['properties']['term']}"
        look = {"color": PAST, "width": 1.5, "dash": [2, 3], "fill": False, "term": "历年图斑"}
        sets.append({"id": "past", "title": "历年图斑", "look": look, "features": features,
                     "visible": False})  # fmt: skip
    hard = {line["code"] for line in told.hard}
    for code, features in told.ground.items():
        title = features["features"][0]["properties"]["name"]
        look = {**painted[code], "width": 2, "opacity": 0.15, "term": title}
        # the others mostly cover the whole site: they are lit when their line is opened
        sets.append({"id": f"hit-{code}", "line": code, "title": title, "look": look,
                     "features": features, "visible": code in hard})  # fmt: skip
    found, _ = told.tried
    return [*sets, *free(found, told.site)] if found else sets


def free(found: dict[str, Any], site: SiteCheck) -> list[dict[str, Any]]:
    """What remains, the nearest free place of the outline, and the way there."""
    sets = []
    if parts := found["remaining"]["parts"]:
        features = [
            _feature(
                f"part-{row['number']}",
                row["geometry"],
                f"{'剩余' if len(parts) == 1 else '第 {number} 块'.format(**row)} {row['mu']} 亩",
            )
            for row in parts
        ]
        look = {"color": FREE, "width": 2, "opacity": 0.3, "term": "避让后剩余"}
        sets.append(_set(REST, "避让后剩余", look, features))
    shift = found["shift"]
    if shift and shift["geometry"] and shift["distance_m"]:
        look = {"color": FREE, "width": 2.5, "dash": [8, 4], "fill": False, "term": "最近可用位置"}
        place = _feature("moved", shift["geometry"], "最近可用位置")
        sets.append(_set(MOVED, "最近可用位置", look, [place]))
        way = _feature("way", _arrow(site, shift), f"{shift['distance_m']:.0f} m")
        sets.append({**_set("way", "平移", {"color": FREE, "width": 3, "term": "平移"}, [way]),
                     "listed": False})  # fmt: skip
    return sets


def _set(
    key: str, title: str, look: dict[str, Any], features: list[dict[str, Any]]
) -> dict[str, Any]:
    collection = {"type": "FeatureCollection", "features": features}
    return {"id": key, "title": title, "look": look, "features": collection}


def _feature(key: str, geometry: dict[str, Any], name: str) -> dict[str, Any]:
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": {"name": name}}


def _arrow(site: SiteCheck, shift: dict[str, Any]) -> dict[str, Any]:
    """From the middle of the site to the middle of its free place, with a head."""
    start, end = (
        shapely.centroid(shapely.geometry.shape(geometry))
        for geometry in (json.loads(site.patch.geom.geojson), shift["geometry"])
    )
    squeeze = math.cos(math.radians(start.y))
    east, north = (end.x - start.x) * squeeze, end.y - start.y
    long, way = math.hypot(east, north), math.atan2(north, east)
    wings = [
        [end.x - HEAD * long * math.cos(way + turn) / squeeze,
         end.y - HEAD * long * math.sin(way + turn)]
        for turn in (0.45, -0.45)
    ]  # fmt: skip
    tip = [end.x, end.y]
    return {
        "type": "MultiLineString",
        "coordinates": [[[start.x, start.y], tip], [wings[0], tip, wings[1]]],
    }


def ground_of(site: SiteCheck, told: Told) -> dict[str, dict[str, Any]]:
    """By line, in their order, the ground of the site that surely counts for it."""
    drawn = {
        feature["properties"]["code"]: feature
        for feature in site_shapes.shapes(site, told.scope)["features"]
        if feature["properties"]["part"] == site_shapes.LINE
    }
    found = {}
    for line in told.lines:
        if (feature := drawn.get(line["code"])) is not None:
            said = {"name": line["term"], "area": f"{line['mu']} 亩（{line['area_m2']} m²）"}
            one = {**feature, "id": line["code"], "properties": said}
            found[line["code"]] = {"type": "FeatureCollection", "features": [one]}
    return found
