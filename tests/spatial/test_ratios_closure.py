"""Every square metre in one band: ground issued twice, drawn facts at random, pieces behind."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from spatial import facts, vocabulary
from spatial.engine.ratio_law import EFFECTS, Switches
from spatial.engine.ratio_pieces import pieces_behind, pieces_page
from spatial.engine.ratios import table
from spatial.errors import GislandError
from tests import ratio_ground as drawn
from tests.ratio_ground import m2, only

if TYPE_CHECKING:
    from spatial.models import Patch, Region

pytestmark = pytest.mark.django_db
EARLY, LATE = datetime.date(2024, 3, 1), datetime.date(2024, 9, 1)


def addresses(band: str, **asked: Any) -> dict[str, int]:
    """Whole m2 of a band by patch number."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in pieces_behind(drawn.query(**asked), "", band):
        found[row["address"].rsplit("/", 1)[1]] += Decimal(row["area_m2"])
    return {key: round(value) for key, value in found.items()}


# ---------------------------------------------------------------- the same ground issued twice


@pytest.fixture
def twice() -> tuple[Patch, Patch, Region]:
    """An earlier patch of six illegal cells and a later one of six, on three of the same."""
    region = drawn.draw_county("iiiiiiiii")
    early = drawn.draw_patch("PPPPPP...", region, batch="b1", issued=EARLY, jcbh="early")
    late = drawn.draw_patch("...PPPPPP", region, batch="b2", issued=LATE, jcbh="late")
    drawn.judge(early, late)
    drawn.link(late, early)
    return early, late, region


def test_ground_issued_twice_counts_in_the_patch_issued_last(twice: Any) -> None:
    row = only()
    assert m2(row) == {"illegal": 900, "counted_twice": 300}
    assert addresses("illegal") == {"early": 300, "late": 600}
    (lost,) = pieces_behind(drawn.query(), "990101", "counted_twice")
    assert lost["address"].endswith("early")
    assert lost["why"] == "同一地块已计入图斑 b2/990101/late"


def test_ground_decided_last_counts_with_that_decision(twice: Any) -> None:
    early, late, _ = twice
    facts.decide(early, drawn.word(), conclusion="lawful")
    decided = {"basis": "decided"}
    assert m2(only(**decided)) == {"legal": 600, "undecided": 300, "counted_twice": 300}
    assert addresses("counted_twice", **decided) == {"late": 300}
    facts.decide(late, drawn.word())
    assert m2(only(**decided)) == {"legal": 300, "illegal": 600, "counted_twice": 300}
    assert addresses("counted_twice", **decided) == {"early": 300}
    assert addresses("counted_twice") == {"early": 300}, "proposed: the later issued"


def test_a_drawn_decision_wins_only_the_ground_that_it_speaks_of(twice: Any) -> None:
    early, _, region = twice
    facts.decide(early, drawn.word(), conclusion="lawful", part=drawn.box(region, 4, 0, 6, 1))
    row = only(basis="decided")
    assert m2(row) == {"legal": 200, "undecided": 700, "counted_twice": 300}
    assert addresses("counted_twice", basis="decided") == {"early": 100, "late": 200}


def test_another_period_does_not_take_ground_away(twice: Any) -> None:
    early, late, _ = twice
    late.batch.period = "2024Q3"
    late.batch.save()
    assert m2(only(period="2024Q1")) == {"illegal": 600}
    assert m2(only(period="2024Q3")) == {"illegal": 600}
    assert m2(only(period="2024")) == {"illegal": 900, "counted_twice": 300}


def test_ground_put_right_under_the_other_name_is_put_right(twice: Any) -> None:
    """If that came after the image of the patch that counts; a later image tells otherwise."""
    early, late, _ = twice
    put_right = {"kind": "reclaimed", "area_m2": Decimal(600)}
    facts.rectify(early, drawn.word(on=late.after_on), **put_right)
    assert m2(only()) == {"rectified_out": 600, "illegal": 300, "counted_twice": 300}
    before = late.after_on - datetime.timedelta(days=1)
    facts.rectify(early, drawn.word(on=before), **put_right)
    assert addresses("rectified_out") == {"early": 300, "late": 300}


def test_three_patches_on_one_place_count_it_once(twice: Any) -> None:
    early, late, region = twice
    third = drawn.draw_patch(
        "..PP.....", region, batch="b3", issued=datetime.date(2024, 12, 1), jcbh="third"
    )
    drawn.judge(third)
    drawn.link(third, early)
    drawn.link(third, late)
    assert m2(only()) == {"illegal": 900, "counted_twice": 500}
    assert addresses("illegal") == {"early": 200, "late": 500, "third": 200}


# ---------------------------------------------------------------- the pieces behind


def test_each_figure_returns_the_pieces_behind_it() -> None:
    region = drawn.draw_county("cciijjoo", townships=(4, 4))
    patch = drawn.draw_patch("cciijjoo", region)
    drawn.judge(patch)
    facts.rectify(
        patch, drawn.word(), kind="regularised", area_m2=Decimal(150),
        part=drawn.box(region, 2, 0, 3.5, 1),
    )  # fmt: skip
    for level in ("county", "township"):
        query = drawn.query(level=level)
        for row in table(query).rows:
            behind = pieces_behind(query, row.code, "all")
            for band, sums in row.bands.items():
                within = [piece for piece in behind if piece["band"] == band]
                for key in ("area_m2", "cultivated_m2"):
                    assert sum((Decimal(b[key]) for b in within), Decimal(0)) == sums[key]
            above = pieces_behind(query, row.code, "numerator")
            assert sum(Decimal(b["cultivated_m2"]) for b in above) == row.numerator_m2
    (put_right,) = pieces_behind(drawn.query(), "990101", "rectified_kept")
    assert (put_right["area_m2"], put_right["cultivated_m2"]) == ("150.00", "150.00")
    assert put_right["why"] == ("初判 未报即用（违法）；2024-06-01 处罚到位并补办手续，只出分子")
    whole = pieces_behind(drawn.query(), "990101", "all")
    first, after = pieces_page(drawn.query(), "990101", "all", most=1)
    rest, end = pieces_page(drawn.query(), "990101", "all", after=after, most=len(whole) - 1)
    assert (first + rest, end) == (whole, None)
    with pytest.raises(GislandError, match="没有分栏 ilegal；相近的有：illegal"):
        pieces_behind(drawn.query(), "990101", "ilegal")


def test_why_is_said_for_each_band() -> None:
    region = drawn.draw_county("iisspp")
    patch = drawn.draw_patch("PPPPPP", region)
    drawn.judge(patch)
    drawn.draw_patch("P.....", region, jcbh="new")

    def why(band: str, **asked: Any) -> str:
        (row,) = pieces_behind(drawn.query(**asked), "", band)
        return str(row["why"])

    assert why("illegal") == "初判 未报即用（违法）"
    assert why("uncounted") == "初判 未供即用（违法）；按口径不计入分子"
    assert why("unassessed") == "尚未分析，请运行 classify"
    facts.exclude(patch, drawn.word(), reason_code="military")
    excluded = pieces_behind(drawn.query(switches=Switches(exclude=("military",))), "", "excluded")
    assert {row["why"] for row in excluded} == {"剔除：军事设施"}
    facts.decide(patch, drawn.word(), conclusion="facility")
    decided = pieces_behind(drawn.query(basis="decided"), "", "other")
    assert {row["why"] for row in decided} == {"2024-06-01 改判 设施（其他）"}


# ---------------------------------------------------------------- whatever people record

PLACES = some.tuples(
    some.floats(0, 11), some.floats(0, 2), some.floats(0.3, 6), some.floats(0.3, 2)
)
FACTS = some.tuples(
    some.sampled_from(["confirm", "lawful", "unfiled", "facility", "reclaimed", "regularised",
                       "key_project"]),
    some.integers(0, 2),
    some.none() | PLACES,
)  # fmt: skip
ROWS = "cccciiijjsop\nccllliiijaop"


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Three patches on the same two rows of cells, each over the edge of another."""
    with django_db_blocker.unblock(), transaction.atomic():
        region = drawn.draw_county(ROWS, kcxs=0.137, townships=(5, 7))
        drawings = (
            "PPPPPPP.....\nPPPPPPP.....",
            "....PPPPPPPP\n....PPPPPPPP",
            "...PPP......\n............",
        )
        patches = [
            drawn.draw_patch(
                drawing, region, batch=f"b{number}", issued=EARLY.replace(month=number + 1)
            )
            for number, drawing in enumerate(drawings)
        ]  # fmt: skip
        drawn.judge(*patches[:2])
        drawn.judge(patches[2])
        drawn.link(patches[1], patches[0])
        drawn.link(patches[2], patches[0])
        drawn.link(patches[2], patches[1])
        yield region, patches
        transaction.set_rollback(True)


def record(fact: Any, region: Region, patches: list[Patch]) -> None:
    what, which, place = fact
    patch, part = patches[which], None
    if place is not None:
        west, south, width, height = place
        part = drawn.box(region, west, south, west + width, south + height)
        part = part.intersection(patch.geom)
        if part.geom_type not in ("Polygon", "MultiPolygon") or part.area < 1e-11:
            return
        part.srid = 4490
    if what in vocabulary.exclusion_terms():
        facts.exclude(patch, drawn.word(), reason_code=what)
    elif what in vocabulary.rectification_terms():
        facts.rectify(patch, drawn.word(), kind=what, area_m2=Decimal(1), part=part)
    else:
        facts.decide(patch, drawn.word(), conclusion="" if what == "confirm" else what, part=part)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(recorded=some.lists(FACTS, max_size=6), effect=some.sampled_from(sorted(EFFECTS)))
def test_every_table_closes(ground: Any, recorded: list[Any], effect: str) -> None:
    """Σ bands = Σ patches; townships = county; pieces = bands; nothing counts above the line
    that does not count below it; what is counted once is the union of the ground."""
    region, patches = ground
    switches = Switches(effects=(("reclaimed", effect),))
    with transaction.atomic():
        for fact in recorded:
            record(fact, region, patches)
        for basis in ("proposed", "decided"):
            found = table(drawn.query(basis=basis, switches=switches, level="township"))
            total = found.total
            assert total.area_m2 == sum(patch.area_m2 for patch in patches)
            for row in [*found.rows, total]:
                assert sum(band["area_m2"] for band in row.bands.values()) == row.area_m2
                assert row.numerator_m2 <= row.denominator_m2
                assert row.numerator_m2 <= row.illegal_m2
            for name in ("area_m2", "numerator_m2", "denominator_m2", "counted_twice_m2"):
                assert sum(getattr(row, name) for row in found.rows) == getattr(total, name)
            once = total.area_m2 - total.counted_twice_m2
            assert abs(once - 2400) < Decimal("0.1"), "24 cells, each once"
            behind = pieces_behind(drawn.query(basis=basis, switches=switches), "", "all")
            assert sum(Decimal(row["area_m2"]) for row in behind) == total.area_m2
        transaction.set_rollback(True)
