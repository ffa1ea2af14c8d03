"""A run before an activation and a run after its rollback find the same."""

from __future__ import annotations

import pytest
from django.utils import timezone

from imports import activate, effects, versions
from spatial.engine.classify import apply_run, classify
from spatial.models import DatasetVersion, Zone
from spatial.rules.load import load_ruleset
from tests.browser.world import AS_OF, CASE, RULES
from tests.people import make_regions, person
from tests.test_cases import draw_case

pytestmark = pytest.mark.django_db


def found(patch, run):
    assessment = patch.assessments.get(run=run)
    return (
        assessment.label_class,
        sorted(
            (
                piece.conclusion,
                piece.area_m2,
                piece.ground.hex,
                list(piece.notions.order_by("notion").values_list("notion", "answer", "net_m2")),
            )
            for piece in assessment.pieces.all()
        ),
    )


def judged(patch):
    return classify([patch.pk], ruleset=RULES, as_of=AS_OF)


def same_day(version: DatasetVersion) -> DatasetVersion:
    """A staged version of the same day that says that all of it is industrial land."""
    staged = DatasetVersion.objects.create(
        layer=version.layer, region=version.region, valid_from=version.valid_from,
        delivered_fields=version.delivered_fields,
    )  # fmt: skip
    for zone in Zone.objects.filter(version=version):
        zone.pk, zone.version, zone.code = None, staged, "0601"
        zone.attributes = {**zone.attributes, "code": "0601"}
        zone.save()
    return staged


def test_a_run_after_a_rollback_finds_what_a_run_before_found():
    make_regions()
    (patch,) = draw_case(CASE, load_ruleset(RULES))
    before = found(patch, apply_run(judged(patch)))
    old = DatasetVersion.objects.get(layer="land_use", region__code="990101", zone_count__gte=0)
    staged = same_day(old)
    causes = effects.foretell(lambda: activate.activate_versions([staged]), as_of=AS_OF)
    assert {pk for cause in causes for pk in cause.patch_ids} == {patch.pk}
    staged.refresh_from_db()
    assert staged.status == "staged"
    activate.activate_versions([staged])
    between = judged(patch)
    assert found(patch, between) != before
    known = timezone.now()
    versions.rollback(staged.pk)
    assert found(patch, judged(patch)) == before
    # what was known in between stays as it was
    then = classify([patch.pk], ruleset=RULES, as_of=AS_OF, known_at=known)
    assert found(patch, then) == found(patch, between)


def test_judging_what_was_touched_stays_within_the_own_counties():
    make_regions()
    (patch,) = draw_case(CASE, load_ruleset(RULES))
    apply_run(judged(patch))
    activate.activate_versions(
        [same_day(DatasetVersion.objects.get(layer="land_use", region__code="990101"))]
    )
    stranger = person("990102", "data_admin")
    assert effects.judge_touched(AS_OF, by=stranger, apply=True) == []
    (run,) = effects.judge_touched(AS_OF, by=person("990101", "data_admin"), apply=False)
    assert (run.patch_total, run.applied_at) == (1, None)
