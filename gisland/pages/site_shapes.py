"""The ground of a site check for the map: parcels, what each line hits, what would be free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial import vocabulary
from spatial.site_check import shapes as site_shapes

if TYPE_CHECKING:
    from gisland.pages.site_told import Told
    from spatial.site_check.check import SiteCheck

HATCHES = ("slash", "backslash", "horizontal", "vertical", "dots", "sparse-dots")
"""One a line, so that lines are told apart without their colours."""
MARK = "#343A40"
PAST = "#868E96"


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
    for code, features in told.ground.items():
        title = features["features"][0]["properties"]["name"]
        look = {**painted[code], "width": 2, "opacity": 0.25, "term": title}
        sets.append({"id": f"hit-{code}", "line": code, "title": title, "look": look,
                     "features": features})  # fmt: skip
    return [*sets, *told.what_if_shapes()]


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
