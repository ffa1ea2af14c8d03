"""Ratios by decisions: whole and drawn, superseded and withdrawn, and as they were known."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from spatial import facts
from spatial.engine.ratio_law import Switches
from spatial.engine.ratios import ratios
from tests import ratio_ground as drawn
from tests.ratio_ground import MU_10, m2, only

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- decided


def test_before_any_decision_everything_is_undecided() -> None:
    drawn.judge(drawn.draw_patch(MU_10, drawn.draw_county(MU_10)))
    row = only(basis="decided")
    assert m2(row) == {"undecided": 8400}
    assert (row.ratio, row.undecided_count, row.patch_count) == (None, 1, 1)
    assert round(row.undecided_cultivated_m2) == 5000


def test_confirmed_is_each_piece_as_proposed_and_changed_is_what_was_said() -> None:
    patch = drawn.draw_patch(MU_10, drawn.draw_county(MU_10))
    drawn.judge(patch)
    facts.decide(patch, drawn.word())
    assert m2(only(basis="decided")) == {"illegal": 1500, "legal": 6000, "other": 900}
    facts.decide(patch, drawn.word(), conclusion="facility")
    assert m2(only(basis="decided")) == {"other": 8400}
    assert m2(only()) == {"illegal": 1500, "legal": 6000, "other": 900}, "proposed stays"


def test_a_drawn_decision_holds_on_its_part_and_the_newest_on_ground_wins() -> None:
    region = drawn.draw_county("iiiiiiiiii")
    patch = drawn.draw_patch("iiiiiiiiii", region)
    drawn.judge(patch)
    facts.decide(patch, drawn.word(), conclusion="lawful", part=drawn.box(region, 0, 0, 4, 1))
    assert m2(only(basis="decided")) == {"legal": 400, "undecided": 600}
    facts.decide(patch, drawn.word(), part=drawn.box(region, 2, 0, 6.5, 1))
    row = only(basis="decided")
    assert m2(row) == {"legal": 200, "illegal": 450, "undecided": 350}
    assert row.ratio == Decimal("0.6923")
    facts.decide(patch, drawn.word(), conclusion="facility")
    assert m2(only(basis="decided")) == {"other": 1000}


def test_a_confirmed_part_keeps_the_assessment_that_it_confirms() -> None:
    """The rest of the patch is as the run says that came after; all of it adds up."""
    region = drawn.draw_county("iiiijjjjjj")
    patch = drawn.draw_patch("iiiijjjjjj", region)
    drawn.judge(patch)
    facts.decide(patch, drawn.word(), part=drawn.box(region, 0, 0, 2.35, 1))
    drawn.judge(patch, rules=drawn.LENIENT)
    facts.decide(patch, drawn.word(), part=drawn.box(region, 2.35, 0, 6, 1))
    row = only(basis="decided")
    assert m2(row) == {"illegal": 235, "legal": 365, "undecided": 400}
    assert row.area_m2 == patch.area_m2
    assert m2(only()) == {"legal": 1000}


def test_superseded_and_withdrawn_facts_do_not_count() -> None:
    region = drawn.draw_county("ccii")
    patch = drawn.draw_patch("ccii", region)
    drawn.judge(patch)
    first = facts.decide(patch, drawn.word(), conclusion="facility")
    second = facts.decide(patch, drawn.word(supersedes=first))
    assert m2(only(basis="decided")) == {"legal": 200, "illegal": 200}
    facts.withdraw(second, drawn.word().by, drawn.DAY, "认定有误")
    assert m2(only(basis="decided")) == {"undecided": 400}, "the first does not come back"
    put_right = facts.rectify(patch, drawn.word(), kind="reclaimed", area_m2=Decimal(200))
    assert m2(only()) == {"legal": 200, "rectified_out": 200}
    facts.withdraw(put_right, drawn.word().by, drawn.DAY, "复垦未通过")
    assert m2(only()) == {"legal": 200, "illegal": 200}


# ---------------------------------------------------------------- as it was known


def test_any_past_day_can_be_read_again() -> None:
    region = drawn.draw_county("ccii")
    patch = drawn.draw_patch("ccii", region)
    days = [datetime.datetime(2030, 1, day, tzinfo=datetime.UTC) for day in range(1, 8)]
    drawn.judge(patch, at=days[0])
    with drawn.at("2030-01-02T00:00"):
        first = facts.decide(patch, drawn.word(), conclusion="facility")
    with drawn.at("2030-01-03T00:00"):
        facts.decide(patch, drawn.word(supersedes=first))
    with drawn.at("2030-01-04T00:00"):
        facts.rectify(patch, drawn.word(), kind="reclaimed", area_m2=Decimal(200))
    with drawn.at("2030-01-05T00:00"):
        facts.exclude(patch, drawn.word(), reason_code="key_project")
    drawn.judge(patch, at=days[5], rules=drawn.LENIENT)
    proposed = [m2(row) for day in days for row in ratios(drawn.query(known_at=day))]
    assert proposed == [
        *[{"legal": 200, "illegal": 200}] * 3,
        {"legal": 200, "rectified_out": 200},
        *[{"excluded": 400}] * 3,
    ]
    kept = Switches(keep=("all",))
    decided = [
        m2(row)
        for day in days[:6]
        for row in ratios(drawn.query(known_at=day, basis="decided", switches=kept))
    ]
    assert decided == [
        {"undecided": 400},
        {"other": 400},
        {"legal": 200, "illegal": 200},
        *[{"legal": 200, "rectified_out": 200}] * 3,
    ], "a decision stays with the assessment that it confirmed"
    assert m2(only(known_at=days[4], switches=kept)) == {"legal": 200, "rectified_out": 200}
    assert m2(only(known_at=days[6], switches=kept)) == {"legal": 400}
