"""Liechtenstein as a county with a private code and meridian: its files, and what they measure.

OSM's words become 三调 codes by the table below (the mapping is ours); ground of the country in
no polygon becomes one zone of 旱地, so that the survey covers the county as a survey must.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import shapely

from tests.real import oracle
from tests.real.conftest import DATA, declare_empty, settle, told
from tests.real.taizhou import LAYERS_READ

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = DATA / "landuse-osm-liechtenstein" / "liechtenstein_2013.gpkg"
COUNTY, MERIDIAN = "980101", 9.5
BUILDINGS, FORESTS, RESERVES = "li-buildings", "li-forests", "li-reserves"
SUPPLIED = "Balzers"
RIDGES = 0.08
BEFORE, AFTER = "2012-08-01", "2013-08-03"
CODES = {
    "forest": "0301", "wood": "0301", "scrub": "0305", "vineyard": "0201", "residential": "0702",
    "construction": "0702", "industrial": "0601", "commercial": "05H1", "quarry": "0602",
    "cemetery": "0906", "recreation_ground": "0810", "village_green": "0810", "park": "0810",
    "pitch": "0810", "playground": "0810", "water_park": "0810", "allotments": "0102",
    "farmland": "0103", "meadow": "0401", "grass": "0401", "fell": "0404", "wetland": "0402",
    "farmyard": "1202", "basin": "1104", "reservoir": "1103", "water": "1102", "stone": "1207",
}  # fmt: skip
CULTIVATED = ("0101", "0102", "0103")
BUILT = ("05H1", "0601", "0602", "0702", "0810", "0906")


def layer(name: str) -> Any:
    """A layer of the source file."""
    return pyogrio.read_dataframe(SOURCE, layer=name)


def surveyed() -> Any:
    """OSM's polygons that are a use of land, with code, ridge share and a number."""
    found = layer("landuse")
    words = found.landuse.fillna(found.natural).fillna(found.leisure)
    found["DLBM"] = words.map(CODES)
    found = found[found.DLBM.notna()].reset_index(drop=True)
    found["BSM"] = [f"osm-{number}" for number in range(len(found))]
    found["KCXS"] = np.where(found.DLBM == "0103", RIDGES, 0.0)
    return found[["BSM", "DLBM", "KCXS", "geometry"]]


def as_patches(found: Any) -> Any:
    """Polygons as patches: number, kind and dates."""
    found["JCBH"] = [str(number) for number in range(len(found))]
    return found[["JCBH", "geometry"]].assign(TBLX="20", QSX=BEFORE, HSX=AFTER)


@dataclass
class Sources:
    """What the files hold, in degrees; ``ground`` of each is measured by the oracle."""

    admin: Any = field(default_factory=lambda: layer("admin"))
    protected: Any = field(default_factory=lambda: layer("protected"))
    survey: Any = field(default_factory=surveyed)

    def __post_init__(self) -> None:
        """Communes with codes, the survey without gaps, patches with numbers."""
        self.country = self.admin[self.admin.admin_level == "2"].geometry.item()
        self.communes = self.admin[self.admin.admin_level == "8"].reset_index(drop=True)
        self.communes["code"] = [f"{COUNTY}{number:03}" for number in range(1, 12)]
        rest = shapely.difference(self.country, shapely.union_all(self.survey.geometry.to_numpy()))
        row = {"BSM": "rest", "DLBM": "0103", "KCXS": RIDGES, "geometry": rest}
        self.whole = self.survey.copy()
        self.whole.loc[len(self.whole)] = row
        self.supply = self.communes[self.communes.name == SUPPLIED].reset_index(drop=True)
        used = layer("landuse")
        self.patches = {
            BUILDINGS: as_patches(layer("buildings")),
            FORESTS: as_patches(used[used.landuse == "forest"].reset_index(drop=True)),
            RESERVES: as_patches(self.protected.copy()),
        }

    def inside(self, found: Any) -> Any:
        """The rows whose interior meets the country's, with the row numbers of the file."""
        shapes = found.geometry.to_numpy()
        meets = shapely.intersects(shapes, self.country) & ~shapely.touches(shapes, self.country)
        return found[meets]

    @cached_property
    def grounds(self) -> dict[str, tuple[list[str], np.ndarray]]:
        """Of each layer: the names by which zones are known, and their ground."""
        tables = {
            "land_use": (self.whole, "BSM"), "township": (self.communes, "code"),
            "ecological_redline": (self.protected, "osm_way_id"), "supply": (self.supply, "name"),
        }  # fmt: skip
        return {
            name: (table[key].astype(str).tolist(), measured(table))
            for name, (table, key) in tables.items()
        }


def lawful_areas(sources: Sources, table: Any) -> dict[str, dict[str, float]]:
    """Per patch what its ground is, reasoned from the files alone, in m2.

    Supplied ground is legal; else ground that was built up before is 存量; the rest, with a kind
    that is built and no paper at all, is 未报即用. Cultivated ground is net of 田坎; where zones
    of the survey overlap, ground is counted once, with the smaller share of ridges.
    """
    grounds = table.ground.to_numpy()
    codes, zones = sources.whole.DLBM.tolist(), sources.grounds["land_use"][1]
    pairs = shapely.STRtree(zones).query(grounds, predicate="intersects")
    parts = shapely.intersection(grounds[pairs[0]], zones[pairs[1]])
    kinds: dict[str, list[list[Any]]] = {
        kind: [[] for _ in grounds] for kind in ("built", "level", "ridged")
    }
    for at, zone, part in zip(*pairs, parts, strict=True):
        if (kind := kind_of(codes[zone])) is not None:
            kinds[kind][at].append(oracle.areal(part))
    built, level, ridged = (
        np.array([shapely.union_all(found) for found in kinds[kind]]) for kind in kinds
    )
    ridged = shapely.difference(ridged, level)
    supply = sources.grounds["supply"][1][0]
    legal, free = shapely.intersection(grounds, supply), shapely.difference(grounds, supply)
    bare = shapely.difference(free, built)

    def net(parts: np.ndarray) -> np.ndarray:
        areas = [shapely.area(shapely.intersection(parts, kind)) for kind in (level, ridged)]
        return areas[0] + areas[1] * (1 - RIDGES)

    figures = {
        "supplied": shapely.area(legal),
        "existing": shapely.area(shapely.intersection(free, built)),
        "unfiled": shapely.area(bare),
        "illegal_net": net(bare),
        "new_net": net(bare) + net(legal),
    }
    return {
        number: {name: float(areas[at]) for name, areas in figures.items()}
        for at, number in enumerate(table.index)
    }


def kind_of(code: str) -> str | None:
    """What a code of the survey means to the reasoning above."""
    if code in BUILT:
        return "built"
    if code in CULTIVATED:
        return "ridged" if code == "0103" else "level"
    return None


def measured(table: Any) -> np.ndarray:
    """The ground of a table's rows."""
    return oracle.ground(table.geometry.to_numpy(), MERIDIAN)


def written(folder: Path, name: str, table: Any) -> Path:
    """A table as a GeoPackage."""
    path = folder / f"{name}.gpkg"
    pyogrio.write_dataframe(table, path, geometry_type="MultiPolygon", promote_to_multi=True)
    return path


def bring(sources: Sources, folder: Path) -> dict[str, Any]:
    """Import everything; what each command said. Layers that don't exist there are declared."""
    file = partial(written, folder)
    county = sources.admin[sources.admin.admin_level == "2"].assign(code=COUNTY)
    snapshot = ("--valid-from", "2010-01-01", "--activate")
    said = {
        "regions": told(
            "import_regions", file("county", county[["code", "name", "geometry"]]),
            "--private-meridian", MERIDIAN,
        ),
        "township": told(
            "import_layer", "township", file("communes", sources.communes), *snapshot
        ),
        "land_use": told("import_layer", "land_use", file("survey", sources.whole), *snapshot),
        "ecological_redline": told(
            "import_layer", "ecological_redline", file("protected", sources.protected), *snapshot
        ),
        "supply": told(
            "import_layer", "supply", file("supply", sources.supply), "--activate",
            "--set", "document=列土让〔2012〕1号", "--set", "contract_on=2012-05-01",
        ),
    }  # fmt: skip
    absent = LAYERS_READ - set(said)
    declare_empty(sorted(absent), COUNTY, "2000-01-01", "2100-01-01")
    for batch, table in sources.patches.items():
        path = file(batch, table)
        said[batch] = told("import_patches", path, "--batch", batch, "--period", batch)
        told("classify", "--batch", batch, "--workers", "1")
    settle()
    return said
