"""Overlays that broke GEOS once, and those of geopandas: through the engine's own statements."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
import shapely

from tests.engine_ground import judged
from tests.real.conftest import DATA, needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spatial.models import Assessment

pytestmark = needs("geos-xmltester", "overlay-geopandas")
WITHIN = 7_000_000
"""Coordinates that the equal-area CRS has."""
WIDEST = 2_000_000
"""Beyond it no Gauss plane measures widths."""
SMALL = 64.0
"""Cases narrower than this are enlarged by a power of two, which changes no digit."""


def geometry(text: str | None) -> shapely.Geometry | None:
    """WKT or hexadecimal WKB; None for what neither is."""
    words = " ".join((text or "").split())
    try:
        if re.fullmatch(r"[0-9A-Fa-f ]+", words):
            return shapely.from_wkb(bytes.fromhex(words.replace(" ", "")))
        return None if "NaN" in words else shapely.from_wkt(words)
    except (shapely.GEOSException, ValueError, NotImplementedError):
        return None


def is_ground(shape: shapely.Geometry | None) -> bool:
    return (
        shape is not None
        and shape.geom_type in ("Polygon", "MultiPolygon")
        and not shape.is_empty
        and shape.is_valid
    )


def xml_cases() -> Iterator[tuple[str, shapely.Geometry, shapely.Geometry]]:
    """Every polygon × polygon case, from both sides."""
    for path in sorted((DATA / "geos-xmltester").rglob("*.xml")):
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError:
            continue
        for number, case in enumerate(root.iter("case")):
            a, b = geometry(case.findtext("a")), geometry(case.findtext("b"))
            if not is_ground(a) or not is_ground(b):
                continue
            west, south, east, north = shapely.total_bounds([a, b])
            wide, factor = max(east - west, north - south), 1.0
            far = max(abs(west), abs(south), abs(east), abs(north))
            if far > WITHIN or wide > WIDEST:
                continue
            while wide * factor < SMALL and 2 * far * factor < WITHIN:
                factor *= 2
            a, b = (shapely.transform(shape, lambda xy, k=factor: xy * k) for shape in (a, b))
            name = f"{path.relative_to(DATA)}#{number}"
            yield name, a, b
            yield f"{name} reversed", b, a


def inside_m2(found: Assessment, zone_id: int) -> float:
    return sum(
        piece.exact_area_m2
        for piece in found.pieces.all()
        if zone_id in piece.zones.get("land_use", [])
    )


def test_every_polygon_case_of_geos_has_the_right_areas() -> None:
    """Against the independent engine, and Σ pieces = patch; what needs the grid is flagged."""
    cases = list(xml_cases())
    assert len(cases) > 300
    run, drawn = judged([(a, [b]) for _, a, b in cases])
    assert run.status == "done"
    rows = run.assessments.prefetch_related("pieces")
    found = {row.patch_id: row for row in rows}
    wrong, on_grid = [], 0
    for (name, a, b), (patch, zones) in zip(cases, drawn, strict=True):
        row = found[patch.pk]
        on_grid += row.fallback
        # doubles of a square megametre have no hundredths left
        allowed = max(0.01, 1e-11 * a.area)
        both = shapely.intersection(a, b).area
        if abs(inside_m2(row, zones[0].pk) - both) > allowed:
            wrong.append((name, inside_m2(row, zones[0].pk), both))
        assert sum(piece.area_m2 for piece in row.pieces.all()) == row.area_m2, name
        closes = sum(piece.exact_area_m2 for piece in row.pieces.all()) - a.area
        assert abs(closes) <= allowed, name
    assert not wrong
    assert not run.unclosed().exists()
    assert on_grid <= 4


def read(path: Path) -> list[tuple[dict[str, Any], shapely.Geometry]]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return [
        (row["properties"], shapely.from_geojson(json.dumps(row["geometry"])))
        for row in told["features"]
    ]


FOLDER = DATA / "overlay-geopandas"


@pytest.mark.parametrize(
    ("one", "two", "both"),
    [
        ("overlap/df1_overlap", "overlap/df2_overlap", "overlap/df1_df2_overlap-intersection"),
        ("overlap/df2_overlap", "overlap/df1_overlap", "overlap/df1_df2_overlap-intersection"),
        ("polys/df1", "polys/df2", "polys/df1_df2-intersection"),
        ("polys/df2", "polys/df1", "polys/df1_df2-intersection"),
    ],
)
def test_the_overlays_of_geopandas_have_their_areas(one: str, two: str, both: str) -> None:
    first, second = (read(FOLDER / f"{name}.geojson") for name in (one, two))
    keys = [next(iter(rows[0][0])) for rows in (first, second)]

    def larger(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, lambda xy: xy * 64)

    zones = [larger(shape) for _, shape in second]
    run, drawn = judged([(larger(shape), zones) for _, shape in first])
    found: dict[tuple[int, int], float] = {}
    for (told, _), (patch, made) in zip(first, drawn, strict=True):
        row = run.assessments.get(patch=patch)
        assert not row.fallback
        assert sum(piece.area_m2 for piece in row.pieces.all()) == row.area_m2
        for (other, _), zone in zip(second, made, strict=True):
            if m2 := inside_m2(row, zone.pk):
                found[told[keys[0]], other[keys[1]]] = m2
    expected: dict[tuple[int, int], float] = {}
    for told, shape in read(FOLDER / f"{both}.geojson"):
        if area := larger(shape).area:
            key = told[keys[0]], told[keys[1]]
            expected[key] = expected.get(key, 0) + area
    assert found == pytest.approx(expected, abs=0.01)
