"""The ground of a site check for the map: parcels, what each line hits, what would be free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, vocabulary

if TYPE_CHECKING:
    from gisland.pages.site_told import Told
    from spatial.site_check.check import SiteCheck

HATCHES = ("slash", "backslash", "horizontal", "vertical", "dots", "sparse-dots")
"""One a line, so that lines are told apart without their colours."""
MARK = "#343A40"


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


def ground(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By line the ground of the site that it surely touches (GeoJSON, degrees)."""
    pairs = [(row["code"], piece) for row in lines for piece in row["piece_ids"]]
    if not pairs:
        return {}
    keys, pieces = zip(*pairs, strict=True)
    params = {"keys": list(keys), "piece_ids": list(pieces)}
    rows = sqlfiles.rows("site_check/30_draw_ground", params)
    return {row["key"]: row["geometry"] for row in rows}


def look_of(line: dict[str, Any], number: int) -> dict[str, Any]:
    """Colour of the line's layer and a hatch of its own."""
    layer = line["layers"][0]["code"] if line["layers"] else ""
    words = vocabulary.layer_style(layer) if layer else {}
    return {"color": words.get("colour", MARK), "hatch": HATCHES[number % len(HATCHES)]}


def shapes(told: Told) -> list[dict[str, Any]]:
    """The sets of shapes of the page's map, the lowest first."""
    sets = [
        {
            "id": f"hit-{line['code']}",
            "title": line["term"],
            "line": line["code"],
            "look": {**look_of(line, number), "width": 2, "opacity": 0.25, "term": "涉及范围"},
            "features": _one(told.ground[line["code"]], line["code"], {"name": line["term"]}),
        }
        for number, line in enumerate(told.lines)
        if line["answer"] == "hit" and line["code"] in told.ground
    ]
    return [*sets, *told.what_if_shapes()]


def _one(geometry: dict[str, Any], key: str, properties: dict[str, Any]) -> dict[str, Any]:
    feature = {"type": "Feature", "id": key, "properties": properties, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [feature]}
