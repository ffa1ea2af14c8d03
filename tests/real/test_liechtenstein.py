"""A whole small country judged: 3 719 buildings and 51 forests on land use, red line, communes."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import shapely
from django.db.models import Count

from spatial.models import Assessment, Patch, Piece, Region, Zone
from tests.real import oracle
from tests.real.conftest import needs, run, told
from tests.real.liechtenstein import (
    BUILDINGS,
    COUNTY,
    FORESTS,
    RESERVES,
    Sources,
    bring,
    lawful_areas,
    measured,
    written,
)

pytestmark = needs("landuse-osm-liechtenstein")

HUNDREDTH = 0.01


@pytest.fixture(scope="module")
def sources() -> Sources:
    """The files."""
    return Sources()


@pytest.fixture(scope="module")
def said(database: None, sources: Sources, folder: Any) -> dict[str, Any]:
    """Everything imported and judged; what the commands said."""
    return bring(sources, folder)


@pytest.fixture(scope="module")
def patches(said: Any, sources: Sources) -> dict[str, Any]:
    """Per batch: the rows of the file that meet the country, with their ground by our measure."""
    found = {}
    for batch, table in sources.patches.items():
        met = sources.inside(table)
        found[batch] = met.assign(ground=measured(met)).set_index("JCBH")
    return found


@pytest.fixture(scope="module")
def pieces(said: Any) -> dict[str, dict[str, list[Piece]]]:
    """Per batch and number, the stored pieces."""
    found: dict[str, Any] = defaultdict(lambda: defaultdict(list))
    rows = Piece.objects.filter(assessment__is_current=True).select_related(
        "assessment__patch__batch"
    )
    for piece in rows.order_by("assessment_id", "seq"):
        patch = piece.assessment.patch
        found[patch.batch.code][patch.jcbh].append(piece)
    return found


def names(layer: str) -> dict[int, str]:
    """How the zones of a layer are known in the file, by id."""
    key = {"township": "code", "supply": "name"}.get(layer, "source_id")
    return dict(Zone.objects.filter(layer=layer).values_list("pk", key))


def test_the_county_has_its_private_code_and_meridian(said):
    region = Region.objects.get()
    assert said["regions"]["added"] == [COUNTY]
    assert (region.level, region.central_meridian, region.parent) == ("county", 9.5, None)


def test_what_lies_beyond_the_country_is_told_row_by_row(said, sources):
    layers = {"land_use": sources.whole, "ecological_redline": sources.protected}
    for name, table in {**sources.patches, **layers}.items():
        beyond = sorted(set(table.index + 1) - set(sources.inside(table).index + 1))
        told_rows = [i["row"] for i in said[name]["issues"] if i["kind"] == "outside_region"]
        assert told_rows == beyond


def test_every_patch_is_measured_and_its_pieces_add_up(patches, pieces):
    for batch, table in patches.items():
        stored = dict(Patch.objects.filter(batch__code=batch).values_list("jcbh", "area_m2"))
        assert set(stored) == set(table.index)
        for number, ground in table.ground.items():
            found = pieces[batch][number]
            assert oracle.apart(stored[number], ground.area) <= HUNDREDTH
            assert sum(piece.area_m2 for piece in found) == stored[number]
            assert oracle.apart(sum(p.exact_area_m2 for p in found), ground.area) <= HUNDREDTH


@pytest.mark.parametrize("batch", [BUILDINGS, FORESTS, RESERVES])
@pytest.mark.parametrize("layer", ["land_use", "township", "ecological_redline", "supply"])
def test_every_overlap_of_patch_and_zone_is_that_of_an_independent_engine(
    patches, pieces, sources, batch, layer
):
    keys, zones = sources.grounds[layer]
    table = patches[batch]
    expected = {
        (table.index[a], keys[b]): m2
        for (a, b), m2 in oracle.overlaps(table.ground.to_numpy(), zones).items()
    }
    known = names(layer)
    found: dict[tuple[str, str], float] = defaultdict(float)
    for number, rows in pieces[batch].items():
        for piece in rows:
            for zone in piece.zones.get(layer, []):
                found[number, known[zone]] += piece.exact_area_m2
    for pair in found.keys() | expected.keys():
        assert oracle.apart(found.get(pair, 0), expected.get(pair, 0)) <= HUNDREDTH, pair


@pytest.fixture(scope="module")
def lawful(patches: Any, sources: Sources) -> dict[str, dict[str, float]]:
    """What the ground of each building is, reasoned from the files."""
    return lawful_areas(sources, patches[BUILDINGS])


def summed(lawful: dict[str, dict[str, float]], key: str) -> float:
    """Of all buildings."""
    return sum(areas[key] for areas in lawful.values())


def within(sources: Sources, patches: Any) -> set[str]:
    """Buildings that lie wholly in the country."""
    table = patches[BUILDINGS]
    return set(table.index[shapely.covered_by(table.geometry.to_numpy(), sources.country)])


def test_each_conclusion_has_the_area_that_reasoning_gives_it(patches, sources, lawful):
    """To 0.01 m2 a piece; slivers (ignored, counted apart) may have joined their neighbour."""
    found = Assessment.objects.filter(is_current=True, patch__batch__code=BUILDINGS)
    wholly = within(sources, patches)
    seen = 0
    for row in found.select_related("patch").prefetch_related("conclusions", "pieces"):
        if row.patch.jcbh not in wholly:
            continue
        areas = {c.code: float(c.area_m2) for c in row.conclusions.all()}
        slack = HUNDREDTH * len(row.pieces.all()) + float(row.ignored_m2)
        for code in ("supplied", "existing", "unfiled"):
            wanted = lawful[row.patch.jcbh][code]
            assert oracle.apart(areas.pop(code, 0), wanted) <= slack, (row.patch.jcbh, code)
        assert areas == {}
        assert (row.gaps, row.fallback) == ([], False)
        seen += 1
    assert seen == len(wholly) > 3700


def test_few_slivers_were_ignored_and_little_ground(said):
    rows = Assessment.objects.filter(is_current=True, patch__batch__code=BUILDINGS)
    ignored = sum(row.ignored_m2 for row in rows)
    assert ignored < Decimal("0.0001") * sum(row.area_m2 for row in rows)


def test_the_ratio_is_the_quotient_of_independent_sums(said, lawful):
    """To four decimals, by both denominators; 存量 counts in none, supplied ground as new."""
    beyond = summed(lawful, "unfiled") + summed(lawful, "supplied")
    for name, below in (("new_cultivated", summed(lawful, "new_net")), ("new_all", beyond)):
        (row,) = _of_buildings("--denominator", name)
        quotient = Decimal(summed(lawful, "illegal_net") / below)
        assert row["ratio"] == str(quotient.quantize(Decimal("0.0001"), ROUND_HALF_UP))
        assert Decimal("0.05") < quotient < 1


def _of_buildings(*words: str) -> list[dict[str, Any]]:
    """Ratios of the buildings alone: the forests are in another period."""
    return told("ratios", "--period", BUILDINGS, *words)


def test_township_sums_are_those_of_the_communes(said, patches, sources):
    """Ground in no commune (beyond the border) counts to the county."""
    codes, communes = sources.grounds["township"]
    expected: dict[str, float] = defaultdict(float)
    ground = patches[BUILDINGS].ground.to_numpy()
    for (_, at), m2 in oracle.overlaps(ground, communes).items():
        expected[codes[at]] += m2
    expected[COUNTY] = sum(shapely.area(ground)) - sum(expected.values())
    found = {row["code"]: row for row in _of_buildings("--level", "township")}
    assert set(found) == set(expected)
    for code, row in found.items():
        assert oracle.apart(row["area_m2"], expected[code]) <= HUNDREDTH * len(ground) / 10
    (county,) = _of_buildings()
    assert sum(Decimal(row["area_m2"]) for row in found.values()) == Decimal(county["area_m2"])
    assert "Vaduz" in {row["name"] for row in found.values()}


@pytest.mark.parametrize("batch", [BUILDINGS, FORESTS, RESERVES])
def test_the_red_line_under_each_patch_is_measured(patches, sources, batch):
    """Protected areas that overlap count once; the mark needs 1 m2."""
    table = patches[batch]
    line = shapely.union_all(sources.grounds["ecological_redline"][1])
    areas = shapely.area(shapely.intersection(table.ground.to_numpy(), line))
    expected = dict(zip(table.index, areas, strict=True))
    country = shapely.union_all(sources.grounds["township"][1])
    outside = shapely.difference(shapely.difference(table.ground.to_numpy(), country), line)
    beyond = dict(zip(table.index, shapely.area(outside), strict=True))
    found = Assessment.objects.filter(is_current=True, patch__batch__code=batch)
    found = found.annotate(parts=Count("pieces")).select_related("patch")
    for row in found.prefetch_related("marks"):
        (mark,) = [mark for mark in row.marks.all() if mark.code == "eco"]
        wanted = expected[row.patch.jcbh]
        doubtful = float(mark.unknown_m2)
        assert oracle.apart(doubtful, beyond[row.patch.jcbh]) <= HUNDREDTH * row.parts
        assert mark.answer is (True if wanted >= 1 else None if wanted + doubtful >= 1 else False)
        assert oracle.apart(mark.area_m2, wanted) <= HUNDREDTH * row.parts
    assert sum(m2 >= 1 for m2 in areas) == (len(table) if batch == RESERVES else 0)


def test_overlapping_survey_zones_are_counted_once(pieces, sources, patches):
    """Pieces that carry two zones of the survey are the ground where zones overlap, no more."""
    zones = sources.grounds["land_use"][1]
    pairs = {pair: m2 for pair, m2 in oracle.overlaps(zones, zones).items() if pair[0] < pair[1]}
    real = [pair for pair, m2 in pairs.items() if m2 > HUNDREDTH]
    assert len(real) >= 13
    twice = shapely.union_all([oracle.areal(zones[a].intersection(zones[b])) for a, b in real])
    for batch, table in patches.items():
        expected = shapely.area(shapely.intersection(table.ground.to_numpy(), twice))
        for number, m2 in zip(table.index, expected, strict=True):
            found = sum(
                piece.exact_area_m2
                for piece in pieces[batch][number]
                if len(piece.zones.get("land_use", [])) > 1
            )
            assert oracle.apart(found, m2) <= HUNDREDTH


def test_explanations_reproduce_and_every_claim_holds(said, pieces):
    most = max(pieces[BUILDINGS], key=lambda number: len(pieces[BUILDINGS][number]))
    for number in (most, "0", "17"):
        found = told("explain", f"{BUILDINGS}/{COUNTY}/{number}")
        assert found["reproduced"]
        assert sum(Decimal(p["area_m2"]) for p in found["pieces"]) == Decimal(found["area_m2"])
        assert "碎块" in run("explain", f"{BUILDINGS}/{COUNTY}/{number}")
    assert not any(told("check_data").values())


def test_overlaps_of_the_survey_are_issues_of_the_data(said):
    """Design 5: counted once; the overlap is an issue of the data."""
    assert "overlap" in {issue["kind"] for issue in said["land_use"]["issues"]}


def test_ground_that_the_survey_leaves_out_is_unknown(said, sources, patches, folder):
    """OSM's survey has gaps: there nobody knows what was built before, so no accusation."""
    run(
        "import_layer", "land_use", written(folder, "partial", sources.survey),
        "--valid-from", "2011-01-01", "--activate",
    )  # fmt: skip
    shapes = patches[BUILDINGS].geometry
    known = shapely.union_all(sources.survey.geometry.to_numpy())
    bare = next(n for n, shape in shapes.items() if n in lone(sources, shapes, known))
    run("classify", "--patch", f"{BUILDINGS}/{COUNTY}/{bare}", "--workers", "1")
    found = Assessment.objects.get(is_current=True, patch__jcbh=bare, patch__batch__code=BUILDINGS)
    assert found.label_class == "unknown"


def lone(sources: Sources, shapes: Any, known: shapely.Geometry) -> set[str]:
    """Buildings in the country, outside what is surveyed and what is supplied."""
    away = ~shapely.intersects(shapes.to_numpy(), known)
    away &= ~shapely.intersects(shapes.to_numpy(), sources.supply.geometry.item())
    return set(shapes.index[away & shapely.within(shapes.to_numpy(), sources.country)])


def test_ground_beyond_the_border_is_not_accused(patches, pieces, sources):
    """No layer of the county covers it (区外, 未核查): data are missing, so it is unknown."""
    table = patches[BUILDINGS]
    crossing = set(table.index) - within(sources, patches)
    beyond = [
        piece
        for number in crossing
        for piece in pieces[BUILDINGS][number]
        if not piece.township_code and piece.area_m2 > 1
    ]
    assert beyond
    assert {piece.conclusion_class for piece in beyond} == {"unknown"}
