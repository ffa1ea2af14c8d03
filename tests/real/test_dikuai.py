"""Four parcels of coordinate TXT as approvals, and as patches on their own approval."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import geopandas
import pyogrio
import pytest
import shapely

from spatial.models import Assessment, Document, Zone
from tests.real import oracle
from tests.real.conftest import DATA, declare_empty, needs, settle, told
from tests.real.taizhou import LAYERS_READ

pytestmark = needs("dikuai-txt")

FOLDER = DATA / "dikuai-txt"
WEST, EAST = "980201", "980202"
PARCELS = {
    "pengbu_66pts_zone40": (EAST, 120, 5.70895),
    "plot_000": (WEST, 114, 1.22471),
    "plot_001": (WEST, 114, 0.07442),
    "plot_003": (WEST, 114, 1.695752),
}
"""File: county, meridian of its zone, hectares stated by the README."""

APPROVED_ON = "2019-05-01"


def ring(name: str) -> list[tuple[float, float]]:
    """The points of a file as (east without zone, north), read by nothing of ours but split()."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8-sig").splitlines()
    points = [line.split(",") for line in lines if line.startswith("J") and line.count(",") == 3]
    found = [(float(east) % 1_000_000, float(north)) for _, _, north, east in points]
    return found[:-1] if found[0] == found[-1] else found


def degrees(name: str) -> shapely.Polygon:
    """The parcel in longitude and latitude."""
    plane = oracle.gauss(PARCELS[name][1])
    return oracle.moved(shapely.Polygon(ring(name)), lambda x, y: plane(x, y, inverse=True))


def approval(name: str, suffix: str = ".txt", number: str = "") -> Any:
    """Import a parcel as an approval under its own document."""
    return told(
        "import_layer", "approval", FOLDER / f"{name}{suffix}", "--activate",
        "--region", PARCELS[name][0], "--set", f"document={number or name}号",
        "--set", "step=农转用", "--set", f"approved_on={APPROVED_ON}",
    )  # fmt: skip


@pytest.fixture(scope="module")
def land(database: None, folder: Any) -> None:
    """Two invented counties, half a degree around the parcels, that hold no other data."""
    centres = [degrees(name).centroid for name in ("plot_000", "pengbu_66pts_zone40")]
    shapes = [
        shapely.MultiPolygon([shapely.box(at.x - 0.5, at.y - 0.5, at.x + 0.5, at.y + 0.5)])
        for at in centres
    ]
    table = geopandas.GeoDataFrame(
        {"XZQDM": [WEST, EAST], "XZQMC": ["西试县", "东试县"]}, geometry=shapes, crs=4490
    )
    path = folder / "counties.gpkg"
    pyogrio.write_dataframe(table, path)
    assert told("import_regions", path)["added"] == [WEST, EAST]
    for county in (WEST, EAST):
        declare_empty(sorted(LAYERS_READ - {"approval"}), county, "2000-01-01", "2100-01-01")


@pytest.fixture(scope="module")
def approvals(land: None) -> dict[str, Any]:
    """What each import of the UTF-8 files said."""
    said = {name: approval(name) for name in PARCELS}
    settle()
    return said


@pytest.fixture(scope="module")
def zones(approvals: Any) -> dict[str, Zone]:
    """The stored parcels by file."""
    return {
        name: Zone.objects.select_related("version__region").get(document__number=f"{name}号")
        for name in PARCELS
    }


@pytest.mark.parametrize("name", PARCELS)
def test_the_stated_hectares_are_the_shoelace_of_the_points(name):
    """The README's figures, and of the one file that declares an area, its own."""
    assert oracle.shoelace_m2(ring(name)) / 10_000 == pytest.approx(PARCELS[name][2], abs=1e-5)


@pytest.mark.parametrize("name", PARCELS)
def test_the_zone_is_the_parcel(zones, name):
    zone = zones[name]
    assert zone.version.region.code == PARCELS[name][0]
    assert zone.version.region.central_meridian == PARCELS[name][1]
    stored = shapely.from_wkb(bytes(zone.geom.wkb))
    assert stored.normalize().equals_exact(
        shapely.MultiPolygon([degrees(name)]).normalize(), tolerance=1e-11
    )


@pytest.mark.parametrize("name", PARCELS)
def test_the_zone_has_the_statutory_area(zones, name):
    """By our own computation to 0.01 m2; from the plane by its scale, to 2·10⁻⁶."""
    area = float(zones[name].area_m2)
    shape = degrees(name)
    assert oracle.apart(area, oracle.ground(shape, PARCELS[name][1]).area) <= 0.01
    plane = oracle.gauss(PARCELS[name][1])
    scale = plane.get_factors(shape.centroid.x, shape.centroid.y).areal_scale
    assert area == pytest.approx(oracle.shoelace_m2(ring(name)) / scale, rel=2e-6, abs=0.01)


def test_declared_hectares_are_kept_in_square_metres(zones):
    assert zones["pengbu_66pts_zone40"].declared_area_m2 == Decimal(57089)
    assert {zones[name].declared_area_m2 for name in PARCELS if "plot" in name} == {None}
    assert zones["pengbu_66pts_zone40"].name == "彭埠单元B/R-14地块"


def test_no_paper_lost_its_dates(zones):
    assert {zone.attributes["approved_on"] for zone in zones.values()} == {APPROVED_ON}
    assert Document.objects.filter(layer="approval").count() == len(PARCELS)


@pytest.mark.parametrize("name", PARCELS)
def test_gbk_is_the_same_parcel(zones, name):
    """Another encoding under another number: every coordinate and word the same."""
    approval(name, ".gbk.txt", "另")
    other = Zone.objects.get(document__number="另号")
    assert bytes(other.geom.wkb) == bytes(zones[name].geom.wkb)
    assert (other.area_m2, other.name) == (zones[name].area_m2, zones[name].name)
    assert other.delivered == zones[name].delivered


@pytest.mark.parametrize("name", PARCELS)
def test_the_same_paper_in_gbk_changes_nothing(zones, name):
    before = set(Zone.objects.values_list("pk", "recorded_until"))
    approval(name, ".gbk.txt")
    assert set(Zone.objects.values_list("pk", "recorded_until")) == before


@pytest.mark.parametrize(
    ("kind", "before_on", "after_on", "expected"),
    [
        ("TD", "2019-06-01", "2020-01-01", ("approved", "legal")),
        ("20", "2019-06-01", "2020-01-01", ("unsupplied", "illegal")),
        ("20", "2018-01-01", "2018-12-01", ("late", "illegal")),
    ],
)
def test_a_parcel_on_its_own_approval_is_wholly_that(zones, kind, before_on, after_on, expected):
    """One piece, one conclusion, the whole area; three papers in one county don't mix."""
    for name, (county, _, _) in PARCELS.items():
        told(
            "import_patches", FOLDER / f"{name}.gbk.txt", "--batch", "own", "--region", county,
            "--set", f"jcbh={name}", "--set", f"kind={kind}",
            "--set", f"before_on={before_on}", "--set", f"after_on={after_on}",
        )  # fmt: skip
    told("classify", "--batch", "own", "--workers", "1")
    found = Assessment.objects.filter(is_current=True).select_related("patch")
    assert len(found) == len(PARCELS)
    for row in found:
        (piece,), (conclusion,) = row.pieces.all(), row.conclusions.all()
        zone = zones[row.patch.jcbh]
        assert (conclusion.code, conclusion.conclusion_class) == expected
        assert piece.zones == {"approval": [zone.pk]}
        assert piece.area_m2 == row.area_m2 == row.patch.area_m2 == zone.area_m2
        assert (row.gaps, row.ignored_count, row.fallback) == ([], 0, False)
    assert not any(told("check_data").values())
