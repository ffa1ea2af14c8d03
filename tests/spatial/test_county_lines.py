"""Ground beyond the county line, where nothing says whose it is, is in doubt, not accused."""

from __future__ import annotations

import datetime

import pytest
import shapely

from spatial.engine.classify import classify
from spatial.models import Assessment, Patch, Region
from spatial.rules.load import load_ruleset
from tests import drawing
from tests.test_cases import layers_read

pytestmark = pytest.mark.django_db
X, Y = drawing.ORIGIN_EAST, drawing.ORIGIN_NORTH


def judged(*, beyond_m: float) -> Assessment:
    """A built patch of 40 × 10 m, of which so many metres lie outside the county."""
    region = drawing.county()
    inside = shapely.box(X - 500, Y - 500, X + 40 - beyond_m, Y + 500)
    Region.objects.filter(pk=region.pk).update(geom=drawing.geographic(inside))
    ruleset = load_ruleset("land-enforcement")
    drawing.draw_empty(sorted(layers_read(ruleset)), region)
    patch: Patch = drawing.draw_patch(
        {
            "draw": "PPPP",
            "kind": "20",
            "before_on": datetime.date(2024, 1, 1),
            "after_on": datetime.date(2024, 4, 1),
        },
        region=region,
    )
    run = classify([patch.pk], ruleset=ruleset, as_of=datetime.date(2025, 1, 1))
    return run.assessments.get()


def test_a_patch_within_its_county_is_judged_without_townships() -> None:
    assert judged(beyond_m=0).label_class == "illegal"


def test_a_patch_across_the_line_is_in_doubt_where_no_township_cuts_it() -> None:
    found = judged(beyond_m=10)
    assert found.label_class == "unknown"
    assert [gap["layer"] for gap in found.gaps] == ["township"]
