"""Every plane of CGCS2000 against an independent engine: points to a millimetre, texts, copies."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from imports import crs_shift, crs_verdict
from imports.ground import Ground
from imports.readers.crs_text import parsed
from imports.readers.table import Table
from spatial.errors import CrsRefused
from tests.real import oracle
from tests.real.conftest import DATA, needs

pytestmark = needs("crs-cgcs2000", "admin-jiangsu")

FOLDER = DATA / "crs-cgcs2000"
PLANES = (4527, 4528, 4548, 4549, 4498, 4499)
MILLIMETRE_DEGREES = 1e-3 / 111_320
OLD = {"2363", "2364", "2384", "2385", "4214", "4610"}


@pytest.fixture(scope="module")
def points() -> list[dict[str, str]]:
    """The 475 points."""
    with (FOLDER / "jiangsu_points.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert len(found) == 475
    return found


@pytest.fixture(scope="module")
def counties() -> Any:
    """The counties of Jiangsu in CGCS2000."""
    table = pyogrio.read_dataframe(DATA / "admin-jiangsu" / "jiangsu_admin_cgcs2000.gpkg")
    return table[table.level == "区县"]


def verdict_of(geoms: list[Any], crs: Any, ground: Ground | None = None) -> Any:
    shapes = np.array(geoms, dtype=object)
    numbers = list(range(1, len(shapes) + 1))
    table = Table("a.shp", "", [], numbers, [{}] * len(shapes), shapes, crs, ".prj" if crs else "")
    verdict = crs_verdict.decide(table, ground=ground)
    return verdict, verdict.to_storage(shapes)


@pytest.mark.parametrize("epsg", PLANES)
def test_points_come_out_to_a_millimetre(points, epsg):
    """Each point as a corner of a metre square, so that it goes the way that polygons go."""
    east, north, longitude, latitude = (
        np.array([float(row[name]) for row in points])
        for name in (f"E_{epsg}", f"N_{epsg}", "lon", "lat")
    )
    declared = east // 1_000_000 == (pyproj.CRS.from_epsg(epsg).to_dict()["x_0"] // 1_000_000)
    kept = declared & (np.abs(east % 1_000_000 - 500_000) < 450_000)
    assert kept.sum() > 200
    squares = shapely.box(east, north, east + 1, north + 1)[kept]
    _, stored = verdict_of(list(squares), pyproj.CRS.from_epsg(epsg))
    corners = shapely.get_coordinates(stored).reshape(-1, 5, 2)
    truth = np.column_stack((longitude, latitude))[kept]
    apart = np.abs(corners - truth[:, None, :]).max(axis=2).min(axis=1)
    assert apart.max() < MILLIMETRE_DEGREES


def texts() -> dict[str, Any]:
    """The delivered .prj texts by their code, or by what the file is called."""
    return {
        path.stem.removeprefix("epsg"): parsed(path.read_text("utf-8"))
        for path in sorted((FOLDER / "prj").glob("*.prj"))
    }


def test_every_esri_text_of_cgcs2000_is_taken_as_its_own_code():
    known = {code: crs for code, crs in texts().items() if code.isdigit() and code not in OLD}
    assert len(known) == 54
    for code, crs in known.items():
        verdict, stored = verdict_of([_square_in(crs)], crs)
        assert verdict.label.startswith(f"EPSG:{code} ")
        assert verdict.findings == []
        way = pyproj.Transformer.from_crs(int(code), 4490, always_xy=True)
        truth = way.transform(*shapely.get_coordinates(_square_in(crs))[0])
        assert np.abs(shapely.get_coordinates(stored[0])[0] - truth).max() < MILLIMETRE_DEGREES


def test_every_esri_text_of_an_old_datum_is_refused_with_the_reason():
    old = {code: crs for code, crs in texts().items() if code in OLD or "xian80" in code}
    assert len(old) == len(OLD) + 1
    for crs in old.values():
        with pytest.raises(CrsRefused, match="(西安|北京).*转换.*CGCS2000"):
            verdict_of([_square_in(crs)], crs)


def _square_in(crs: pyproj.CRS) -> shapely.Polygon:
    if crs.is_geographic:
        return shapely.box(118.0, 33.0, 118.001, 33.001)
    names = {param.name: param.value for param in crs.coordinate_operation.params}
    easting = names["False easting"] + 1000
    return shapely.box(easting, 3_600_000, easting + 100, 3_600_100)


def test_geodesic_areas_after_the_way_there_and_back(counties):
    """Out to a zone and read back by the verdict: the stated geodesic area within 0.02 m2."""
    with (FOLDER / "jiangsu_areas.csv").open(encoding="utf-8") as file:
        stated = {row["adcode"]: row for row in csv.DictReader(file)}
    for epsg in (4527, 4528, 4549):
        plane = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
        picked = counties.iloc[::8]
        away = [oracle.moved(geom, plane.transform) for geom in picked.geometry]
        zone = epsg - 4488 if epsg < 4534 else 0
        fits = [
            at for at, geom in enumerate(away)
            if not zone or {int(x // 1e6) for x in geom.bounds[::2]} == {zone}
        ]  # fmt: skip
        assert len(fits) > 3
        _, stored = verdict_of([away[at] for at in fits], pyproj.CRS.from_epsg(epsg))
        for at, geom in zip(fits, stored, strict=True):
            area = float(stated[str(picked.iloc[at].adcode)]["geodesic_area_m2_geographiclib"])
            assert oracle.apart(oracle.geodesic_m2(geom), area) <= 0.02


def test_a_county_in_degrees_without_prj_is_known_by_where_it_lies(counties):
    ground = Ground(tuple(counties.total_bounds), drawn=counties.geometry.union_all())
    taizhou = counties[counties.adcode.astype(str) == "321202"].geometry.iloc[0]
    for epsg in (4490, 4528, 4498):
        plane = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
        verdict, stored = verdict_of([oracle.moved(taizhou, plane.transform)], None, ground)
        assert verdict.crs.to_epsg() == epsg
        assert verdict.confidence == "中"
        assert stored[0].hausdorff_distance(taizhou) < 1e-9


@pytest.mark.parametrize("city", ["3212", "3208", "3201"])
def test_the_map_makers_copy_of_the_counties_is_found_out(counties, city):
    """The same boundaries as a web map gives them: refused as GCJ-02, the true ones not doubted."""
    there = counties[counties.adcode.astype(str).str.startswith(city)]
    ground = Ground(tuple(there.total_bounds), drawn=there.geometry.union_all())
    copy = pyogrio.read_dataframe(DATA / "admin-jiangsu" / "jiangsu_admin_gcj02.geojson")
    codes = set(there.adcode.astype(str))
    shifted = copy[copy.adcode.astype(str).isin(codes)].geometry.to_numpy()
    assert len(shifted) == len(there) > 4
    assert crs_shift.check("真.shp", there.geometry.to_numpy(), ground) == []
    with pytest.raises(CrsRefused, match="GCJ-02.*把握高"):
        crs_shift.check("高德.geojson", shifted, ground)
    found = crs_shift.suspect(shifted, ground)
    assert 300 < found.offset_m < 700


def test_the_known_formula_is_the_one_behind_the_real_copy(counties):
    """Our shift of the true boundaries is the copy's, vertex for vertex, to a centimetre."""
    copy = pyogrio.read_dataframe(DATA / "admin-jiangsu" / "jiangsu_admin_gcj02.geojson")
    by_code = dict(zip(copy.adcode.astype(str), copy.geometry, strict=True))
    for row in counties.itertuples():
        true = shapely.get_coordinates(row.geometry)
        moved = np.column_stack(crs_shift.gcj02(true[:, 0], true[:, 1]))
        apart = np.abs(moved - shapely.get_coordinates(by_code[str(row.adcode)]))
        assert apart.max() < 1e-7
