"""88 real changes in 海陵区, no control data at all: measured exactly, and nobody is accused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import shapely

from spatial.models import Assessment, Patch
from tests.real import oracle
from tests.real.conftest import needs, run, told
from tests.real.taizhou import BATCH, COUNTY, LAYERS_READ, MERIDIAN, bring_patches, changes

pytestmark = needs("admin-jiangsu", "imagery-taizhou-landsat")


@pytest.fixture(scope="module")
def source() -> Any:
    """The polygons and what they measure by our own computation."""
    found = changes()
    found["degrees"] = oracle.degrees_from(found.geometry.to_numpy(), 32651)
    found["m2"] = shapely.area(oracle.ground(found.degrees.to_numpy(), MERIDIAN))
    return found.set_index(found.id.astype(str))


@pytest.fixture(scope="module")
def imported(database: None, folder: Any) -> Any:
    """What import_patches said."""
    return bring_patches(folder)


@pytest.fixture(scope="module")
def patches(imported: Any) -> dict[str, Patch]:
    """The stored patches by number."""
    return {patch.jcbh: patch for patch in Patch.objects.select_related("region")}


@pytest.fixture(scope="module")
def judged(imported: Any) -> list[Assessment]:
    """Their current assessments, with all layers missing."""
    assert told("classify", "--batch", BATCH, "--workers", "1")["patches"] == 88
    found = Assessment.objects.filter(is_current=True).select_related("patch")
    return list(found.prefetch_related("pieces", "conclusions", "marks"))


def test_all_88_lie_in_hailing(imported, patches, source):
    assert (imported["rows"], imported["added"]) == (88, 88)
    assert len(patches) == len(source) == 88
    assert {patch.region.code for patch in patches.values()} == {COUNTY}
    hailing = shapely.from_wkb(bytes(next(iter(patches.values())).region.geom.wkb))
    assert all(shapely.contains_properly(hailing, source.degrees.to_numpy()))


def test_the_wgs84_delivery_is_told(imported):
    assert "32651" in imported["verdict"]["crs"]
    assert [issue["kind"] for issue in imported["issues"]] == ["crs_null_shift"]


def test_dates_kinds_and_numbers_are_those_of_the_file(patches, source):
    window = (date(2000, 3, 17), date(2003, 2, 6))
    for number, patch in patches.items():
        assert (patch.before_on, patch.after_on) == window
        assert patch.kind == source.TBLX[number]
        assert patch.declared_area_m2 == source.area_m2[number]


def test_vertices_are_kept(patches, source):
    for number, patch in patches.items():
        stored = shapely.from_wkb(bytes(patch.geom.wkb))
        assert shapely.equals_exact(
            stored, shapely.MultiPolygon([source.degrees[number]]), tolerance=1e-11
        )


def test_every_area_is_the_statutory_one(patches, source):
    for number, patch in patches.items():
        assert oracle.apart(patch.area_m2, source.m2[number]) <= 0.01


def test_380_43_hectares_of_utm_are_379_9_on_the_ellipsoid(patches, source):
    """UTM 51N lies west of its place here: its areal scale is 1.0013, and that is all of it."""
    planar, statutory = source.area_m2.sum(), sum(patch.area_m2 for patch in patches.values())
    assert planar == pytest.approx(3_804_300)
    utm = oracle.pyproj.Proj("EPSG:32651")
    scaled = 0.0
    for shape, m2 in zip(source.degrees, source.area_m2, strict=True):
        centre = shape.centroid
        scaled += m2 / utm.get_factors(centre.x, centre.y).areal_scale
    assert scaled == pytest.approx(float(statutory), rel=1e-6)
    assert 0.001 < 1 - float(statutory) / planar < 0.002


def test_every_patch_is_one_piece_and_unknown(judged, source):
    assert len(judged) == 88
    for found in judged:
        (piece,), (conclusion,) = found.pieces.all(), found.conclusions.all()
        assert (found.label_class, found.label_term) == ("unknown", "数据不足")
        assert (piece.conclusion_class, piece.zones) == ("unknown", {})
        assert piece.area_m2 == conclusion.area_m2 == found.area_m2 == found.patch.area_m2
        assert oracle.apart(piece.exact_area_m2, source.m2[found.patch.jcbh]) <= 0.01
        assert not found.borderline


def test_a_mark_is_no_data_unless_no_data_could_make_it_yes(judged):
    """Of the kind of the patch, or smaller than 5 or 10 亩: surely not; all else is unknown."""
    by_kind = {"outflow", "outflow_road", "outflow_facility"}
    at_least = {"refer_basic_farm": Decimal("3333.34"), "refer_cultivated": Decimal("6666.67")}
    for found in judged:
        answers = {mark.code: mark.answer for mark in found.marks.all()}
        assert len(answers) > 10
        assert {mark.area_m2 for mark in found.marks.all()} == {Decimal(0)}
        too_small = {code for code, m2 in at_least.items() if found.area_m2 < m2}
        no = {code for code, answer in answers.items() if answer is False}
        assert True not in answers.values()
        assert too_small <= no <= too_small | by_kind


def test_the_gaps_name_every_layer_that_the_ruleset_reads(judged):
    for found in judged:
        assert {gap["layer"] for gap in found.gaps} == LAYERS_READ
        assert {gap["county"] for gap in found.gaps} == {"海陵区"}


def test_the_ratio_is_a_dash_and_all_ground_is_in_the_unknown_band(judged, source):
    (row,) = [row for row in told("ratios") if row["code"] == COUNTY]
    total = sum(found.area_m2 for found in judged)
    assert oracle.apart(total, source.m2.sum()) <= 88 * 0.005
    assert (row["ratio"], row["patch_count"]) == (None, 88)
    assert Decimal(row["unknown_m2"]) == Decimal(row["area_m2"]) == total
    for sums in ("illegal_m2", "new_m2", "illegal_cultivated_m2", "new_cultivated_m2"):
        assert Decimal(row[sums]) == 0
    assert "= —" in run("ratios")


def test_the_explanation_names_what_is_missing(judged):
    found = told("explain", f"{BATCH}/{COUNTY}/1")
    assert found["reproduced"]
    assert {gap["layer"] for gap in found["gaps"]} == LAYERS_READ
    assert found["pieces"][0]["reason"]["missing"]
    assert "数据不足" in run("explain", f"{BATCH}/{COUNTY}/1")


def test_every_claim_about_the_data_holds(judged):
    assert not any(told("check_data").values())
