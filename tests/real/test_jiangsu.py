"""The real counties of Jiangsu: registered one to one, measured in their planes by the law."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from spatial.models import Region, Zone
from tests.real import oracle
from tests.real.conftest import DATA, needs, run, told

pytestmark = needs("admin-jiangsu", "crs-cgcs2000")

SOURCE = DATA / "admin-jiangsu" / "jiangsu_admin_cgcs2000.gpkg"
LEVELS = {"省": "province", "市": "city", "区县": "county"}
STRADDLING = {"盱眙县", "洪泽区"}
CITIES = ("3212", "3208", "32032")


@pytest.fixture(scope="module")
def source() -> Any:
    """The file, as pyogrio reads it."""
    return pyogrio.read_dataframe(SOURCE)


@pytest.fixture(scope="module")
def regions(database: None) -> dict[str, Region]:
    """The regions that import_regions made, by code."""
    done = told("import_regions", SOURCE)
    assert (len(done["added"]), done["changed"], done["issues"]) == (109, [], [])
    return {region.code: region for region in Region.objects.select_related("parent")}


@pytest.fixture(scope="module")
def counties(regions: dict[str, Region], source: Any, folder: Any) -> dict[str, Zone]:
    """Ground of some counties as zones of a layer, each in its own plane, by code."""
    path = folder / "counties.gpkg"
    chosen = _measured(source)
    pyogrio.write_dataframe(chosen[["adcode", "geometry"]], path)
    done = told("import_layer", "township", path, "--valid-from", "2020-01-01", "--activate")
    assert (done["rows"], len(done["active"]), done["issues"]) == (len(chosen), len(chosen), [])
    return {zone.code: zone for zone in Zone.objects.select_related("version__region")}


def _measured(source: Any) -> Any:
    """The counties of 泰州 and 淮安, and two in the zone west of theirs."""
    chosen = source.adcode.astype(str).str.startswith(CITIES)
    return source[(source.level == "区县") & chosen]


def test_every_region_is_there_with_its_level_and_parent(regions, source):
    assert len(regions) == len(source) == 109
    for row in source.itertuples():
        region = regions[str(row.adcode)]
        assert (region.name, region.level) == (row.name, LEVELS[row.level])
        parent = str(row.parent) if row.level != "省" else None
        assert (region.parent and region.parent.code) == parent
    assert regions["320000"].counties().count() == 95


def test_boundaries_are_stored_vertex_for_vertex(regions, source):
    for row in source.itertuples():
        stored = shapely.from_wkb(bytes(regions[str(row.adcode)].geom.wkb))
        assert np.array_equal(
            shapely.get_coordinates(stored), shapely.get_coordinates(row.geometry)
        )
        assert shapely.equals_exact(stored, row.geometry)


def test_each_county_has_the_meridian_of_the_zone_that_holds_most_of_it(regions, source):
    straddling = set()
    for row in source[source.level == "区县"].itertuples():
        shares = {}
        for meridian in (114, 117, 120, 123):
            zone = shapely.box(meridian - 1.5, 30, meridian + 1.5, 36)
            shares[meridian] = shapely.intersection(row.geometry, zone).area
        assert regions[str(row.adcode)].central_meridian == max(shares, key=shares.get)
        if sorted(shares.values())[-2] > 0:
            straddling.add(row.name)
    assert straddling >= STRADDLING
    assert regions["321202"].central_meridian == 120
    assert not [r for r in regions.values() if r.level != "county" and r.central_meridian]


def test_counties_are_measured_as_an_independent_engine_measures_them(counties, source):
    assert {zone.version.region.central_meridian for zone in counties.values()} == {117, 120}
    for row in _measured(source).itertuples():
        zone = counties[str(row.adcode)]
        meridian = float(zone.version.region.central_meridian)
        assert oracle.apart(zone.area_m2, oracle.ground(row.geometry, meridian).area) <= 0.01


def test_counties_agree_with_the_geodesic_areas_within_what_their_edges_can_differ(
    counties, source
):
    """Two definitions of a boundary: the geodesic between vertices, or the straight plane edge.

    A straight edge of length L whose curvature against the geodesic is κ encloses κL³/12 with it.
    In the Gauss plane κ is at most x/R² (x: distance from the meridian); on the cylinder, for each
    part of at most 70 m, at most √2 tan φ / R (straight lines satisfy d sin φ / dλ = constant, and
    sin α (1 + 2 cos² α) is at most √2). Were all on one side, a county of 10⁹ m² would differ by
    some 10⁻⁷ of itself; a wrong zone costs 10⁻³.
    """
    with (DATA / "crs-cgcs2000" / "jiangsu_areas.csv").open(encoding="utf-8") as file:
        stated = {row["adcode"]: row for row in csv.DictReader(file)}
    assert set(counties) <= set(stated)
    radius = oracle.SEMI_MAJOR
    for row in _measured(source).itertuples():
        zone = counties[str(row.adcode)]
        meridian = float(zone.version.region.central_meridian)
        geodesic = float(stated[str(row.adcode)]["geodesic_area_m2_geographiclib"])
        assert oracle.apart(geodesic, oracle.geodesic_m2(row.geometry)) < 0.01
        edges = oracle.edges_m(row.geometry, meridian)
        off_axis = np.radians(max(abs(np.array(row.geometry.bounds)[[0, 2]] - meridian))) * radius
        tangent = np.tan(np.radians(row.geometry.bounds[3]))
        short = np.minimum(edges, oracle.LONGEST_EDGE_M)
        bound = (edges**3).sum() * off_axis / (12 * radius**2)
        bound += np.sqrt(2) * (edges * short**2).sum() * tangent / (12 * radius)
        assert oracle.apart(zone.area_m2, geodesic) <= bound
        assert bound < 1e-6 * geodesic


def test_a_wrong_zone_is_visible_in_the_stated_areas(counties):
    """海陵区: the plane of 117° would add 0.18 %; the engine's area has no such plane in it."""
    assert oracle.apart(counties["321202"].area_m2, 388_152_889.462) < 1
    assert oracle.apart(counties["321202"].area_m2, 388_870_026.338) > 700_000


def test_importing_again_changes_nothing(regions):
    assert "新增 0，更正 0，未变 109" in run("import_regions", SOURCE)
