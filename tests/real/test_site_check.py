"""Site checks on a real country: the same areas as shapely alone finds in the files."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from spatial.models import Layer
from spatial.scope import everything
from spatial.site_check.check import Asked, check
from spatial.site_check.parcels import Parcel
from spatial.site_check.result import result
from tests.real import oracle
from tests.real.conftest import declare_empty, needs, settle, told
from tests.real.liechtenstein import COUNTY, MERIDIAN, Sources, written

pytestmark = needs("landuse-osm-liechtenstein")
AS_OF = datetime.date(2011, 1, 1)
SITES = ((9.52, 47.14, 0.02), (9.50, 47.10, 0.01), (9.54, 47.20, 0.015))
READ = ("land_use", "ecological_redline")
EXACT_M2 = 0.02


@pytest.fixture(scope="module")
def sources(database: None, folder: Any) -> Sources:
    found = Sources()
    county = found.admin[found.admin.admin_level == "2"].assign(code=COUNTY)
    snapshot = ("--valid-from", "2010-01-01", "--activate")
    told(
        "import_regions", written(folder, "county", county[["code", "name", "geometry"]]),
        "--private-meridian", MERIDIAN,
    )  # fmt: skip
    tables = {"township": found.communes, "land_use": found.whole,
              "ecological_redline": found.protected}  # fmt: skip
    for layer, table in tables.items():
        told("import_layer", layer, written(folder, layer, table), *snapshot)
    rest = ("basic_farmland", "urban_boundary", "planning_zone", "river_line", "green_line",
            "road_line")  # fmt: skip
    declare_empty(list(rest), COUNTY, "2000-01-01", "2100-01-01")
    settle()
    return found


@pytest.mark.parametrize("site", SITES)
def test_areas_are_those_of_the_files(sources: Sources, site: tuple[float, float, float]) -> None:
    x, y, side = site
    drawn = shapely.Polygon([(x, y), (x + side, y + side / 3), (x + side / 2, y + side)])
    drawn = shapely.intersection(drawn, sources.country)
    geom = GEOSGeometry(memoryview(shapely.to_wkb(drawn)), srid=4490)
    geom = geom if isinstance(geom, MultiPolygon) else MultiPolygon(geom, srid=4490)
    scope = everything()
    found = check([Parcel("甲", geom)], Asked("site-selection", AS_OF), scope)
    said = result(found, scope)
    assert Layer.objects.filter(pk__in=READ).count() == len(READ)

    ground = oracle.ground(np.array([drawn]), MERIDIAN)[0]
    assert oracle.apart(said["site"]["area_m2"], ground.area) < EXACT_M2
    redline = shapely.union_all(
        [shapely.intersection(ground, zone) for zone in sources.grounds["ecological_redline"][1]]
    )
    eco = next(row for row in said["lines"] if row["code"] == "eco")
    assert oracle.apart(eco["area_m2"], redline.area) < EXACT_M2
    zones = sources.grounds["land_use"][1]
    covered = shapely.intersection(
        ground, shapely.union_all(zones[shapely.intersects(zones, ground)])
    )
    told_m2 = sum(row["area_m2"] for row in said["land"]["rows"] if row["code"] != "uncovered")
    assert oracle.apart(told_m2, covered.area) < EXACT_M2
    assert (
        sum((row["area_m2"] for row in said["land"]["rows"]), Decimal(0)) == said["site"]["area_m2"]
    )
