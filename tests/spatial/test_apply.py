"""Current is the newest applied assessment; a run whose data changed since is refused."""

from __future__ import annotations

import pytest

from spatial.engine.classify import apply_run
from spatial.errors import RunStale
from spatial.models import Assessment, Batch, DatasetVersion, FieldResult, Run, Zone
from spatial.rules.load import load_ruleset
from tests import drawing, people
from tests.spatial.test_versions_in_time import DAY, PATCH, approval, at, draw, judge
from tests.test_cases import draw_case

pytestmark = pytest.mark.django_db
NOT_RAISED = pytest.fail.Exception


def test_a_run_is_not_current_until_it_is_applied() -> None:
    run = judge(draw())
    assert not Assessment.objects.filter(is_current=True).exists()
    apply_run(run, at=at(2026, 2, 1))
    (current,) = Assessment.objects.filter(is_current=True)
    assert (current.run_id, current.applied_at) == (run.pk, at(2026, 2, 1))
    run.refresh_from_db()
    assert run.applied_at == at(2026, 2, 1)


def test_the_newer_run_takes_over_and_the_older_stays_readable() -> None:
    patch = draw()
    first, second = judge(patch), judge(patch)
    apply_run(first, at=at(2026, 2, 1))
    apply_run(second, at=at(2026, 3, 1))
    assert Assessment.objects.get(is_current=True).run_id == second.pk
    assert first.assessments.get().applied_at == at(2026, 2, 1)


def test_an_older_run_does_not_replace_a_newer_one() -> None:
    patch = draw()
    first, second = judge(patch), judge(patch)
    apply_run(second)
    with pytest.raises(RunStale):
        apply_run(first)
    assert Assessment.objects.get(is_current=True).run_id == second.pk


def test_a_run_that_is_not_finished_is_refused() -> None:
    run = judge(draw())
    Run.objects.filter(pk=run.pk).update(status="stopped")
    run.refresh_from_db()
    with pytest.raises(RunStale):
        apply_run(run)


@pytest.mark.parametrize("change", ["version", "retired", "row", "closed"])
def test_later_data_make_it_stale(change: str) -> None:
    patch = draw(approval=approval())
    run = judge(patch, known_at=at(2025, 1, 1))
    later = at(2025, 6, 1)
    if change == "version":
        told = {"draw": "LLLL", "L": {"code": "0601"}, "activated_at": later}
        drawing.draw_version("land_use", told, region=patch.region)
    elif change == "retired":
        DatasetVersion.objects.filter(layer="land_use").update(retired_at=later)
    elif change == "row":
        told = {"step": "征收", "approved_on": DAY(2023, 1, 1), "recorded_from": later}
        ledger = DatasetVersion.objects.get(layer="approval")
        drawing.draw_version("approval", {"draw": "B", "B": told}, version=ledger)
    else:
        Zone.objects.filter(layer="approval").update(recorded_until=later)
    with pytest.raises(RunStale):
        apply_run(run)
    assert not Assessment.objects.filter(is_current=True).exists()


def test_a_version_that_says_the_same_does_not() -> None:
    patch = draw()
    run = judge(patch, known_at=at(2025, 1, 1))
    drawing.draw_version("basic_farmland", {"activated_at": at(2025, 6, 1)}, region=patch.region)
    apply_run(run)


def test_data_elsewhere_in_the_county_do_not() -> None:
    patch = draw()
    run = judge(patch, known_at=at(2025, 1, 1))
    far = {**approval(recorded_from=at(2025, 6, 1)), "offset": (0, 500)}
    ledger = DatasetVersion.objects.get(layer="approval")
    drawing.draw_version("approval", far, version=ledger)
    apply_run(run)
    assert Assessment.objects.get(is_current=True).run_id == run.pk


def test_what_blocks_is_named() -> None:
    patch = draw(approval=approval(document="示自然资〔2025〕9号"))
    run = judge(patch, known_at=at(2025, 1, 1))
    Zone.objects.filter(layer="approval").update(recorded_until=at(2025, 6, 1))
    with pytest.raises(RunStale, match="示自然资〔2025〕9号 撤回 → 1 个图斑"):
        apply_run(run)


def test_data_of_a_layer_that_it_does_not_read_do_not() -> None:
    patch = draw()
    run = judge(patch, known_at=at(2025, 1, 1))
    drawing.draw_version("green_line", {"activated_at": at(2025, 6, 1)}, region=patch.region)
    apply_run(run)


def test_data_of_another_county_do_not() -> None:
    run = judge(draw(), known_at=at(2025, 1, 1))
    far = drawing.county("990199", "远县")
    drawing.draw_version("land_use", {"activated_at": at(2025, 6, 1)}, region=far)
    apply_run(run)


def test_a_field_result_that_came_since_makes_it_stale() -> None:
    patch = draw()
    run = judge(patch, known_at=at(2025, 1, 1))
    surveyor = people.person(None)
    FieldResult.objects.create(patch=patch, on=DAY(2025, 6, 1), by=surveyor, result="未变化")
    with pytest.raises(RunStale):
        apply_run(run)


def test_a_patch_of_the_same_holder_that_came_since_makes_it_stale() -> None:
    own = approval(holder="甲公司")
    told = {**PATCH, "draw": "....PP", "holder": "甲公司"}
    (patch,) = draw_case({"patch": told, "approval": own}, load_ruleset("land-enforcement"))
    run = judge(patch, known_at=at(2025, 1, 1))
    batch = Batch.objects.create(code="later", source="部")
    earlier = {**told, "draw": "PPPP", "after_on": DAY(2024, 3, 1)}
    other = drawing.draw_patch(earlier, batch=batch, region=patch.region)
    type(other).objects.filter(pk=other.pk).update(created_at=at(2025, 6, 1))
    with pytest.raises(RunStale):
        apply_run(run)


def test_what_is_applied_is_not_applied_again() -> None:
    """Its date would move, and what was current in between could no longer be read."""
    run = judge(draw())
    apply_run(run, at=at(2026, 2, 1))
    stale = Run.objects.get(pk=run.pk)
    for again in (run, stale):
        with pytest.raises(RunStale, match="采用时间不能改动"):
            apply_run(again, at=at(2026, 3, 1))
    assert run.assessments.get().applied_at == at(2026, 2, 1)


def test_a_run_read_before_it_was_applied_elsewhere_is_refused() -> None:
    run = judge(draw())
    elsewhere = Run.objects.get(pk=run.pk)
    apply_run(elsewhere, at=at(2026, 2, 1))
    with pytest.raises(RunStale, match="采用时间不能改动"):
        apply_run(run, at=at(2026, 3, 1))
    assert run.assessments.get().applied_at == at(2026, 2, 1)


def test_nothing_is_applied_before_what_it_takes_the_place_of() -> None:
    """Else the past would be read as if the newer had been known."""
    patch = draw()
    first, second = judge(patch), judge(patch)
    apply_run(first, at=at(2026, 3, 1))
    with pytest.raises(RunStale, match="早于"):
        apply_run(second, at=at(2026, 2, 1))
    assert Assessment.objects.get(is_current=True).run_id == first.pk
