"""The pieces are those of an independent engine: their labels and their areas before rounding."""

from __future__ import annotations

import pytest
import shapely

from gisland.bench import arrangement
from gisland.bench.ground import make_prefecture
from gisland.bench.load import load
from gisland.bench.overlay import AS_OF, RULESET
from spatial.engine.classify import classify
from spatial.models import Piece

LAYERS = ["land_use", "basic_farmland", "ecological_redline", "urban_boundary", "planning_zone",
          "parcel", "occupied", "approval", "supply", "temporary", "facility", "lease"]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.slow
def test_three_hundred_patches_have_the_pieces_of_the_independent_engine() -> None:
    place = make_prefecture(400, 300, 6)
    ids, _ = load(place, lambda _: None)
    run = classify(ids, ruleset=RULESET, as_of=AS_OF, workers=1)
    found = arrangement.compare(run.pk, LAYERS, 300, lambda _: None)
    assert (found.patches, found.off) == (300, 0), found
    assert found.pieces > 500
    assert found.largest_m2 < 0.01
    # it would see a label that is wrong, and a centimetre that is missing
    piece = Piece.objects.filter(assessment__run=run, exact_area_m2__gt=1).first()
    assert piece is not None
    Piece.objects.filter(pk=piece.pk).update(zones={})
    assert arrangement.compare(run.pk, LAYERS, 300, lambda _: None).off == 2


def test_an_arrangement_sums_each_set_of_zones() -> None:
    patch = shapely.box(0, 0, 10, 10)
    zones = [shapely.box(-5, -5, 5, 15), shapely.box(4, 0, 20, 20), shapely.box(-5, 15, 5, 20)]
    assert arrangement.arranged(patch, zones, [1, 2, 1]) == pytest.approx(
        {frozenset({1}): 40, frozenset({1, 2}): 10, frozenset({2}): 50}
    )
