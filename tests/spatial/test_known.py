"""What was current on any past day can be read; applying loses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from spatial.engine.classify import apply_run
from spatial.engine.known import assessment_known_at, assessments_known_at, end_of
from spatial.errors import PatchNotAssessed
from spatial.models import (
    AssessmentConclusion,
    AssessmentMark,
    DatasetVersion,
    Patch,
    Piece,
    PieceNotion,
)
from tests.spatial.test_versions_in_time import DAY, at
from tests.spatial.touched_world import LATER, PAPER, World

pytestmark = pytest.mark.django_db


class TestKnown:
    """What was current on any past day can be read."""

    def test_at_each_moment_the_newest_applied_one(self, world: World) -> None:
        patch = world.patches["far"]
        world.half_a_paper(PAPER)
        second = world.rejudged("far")
        apply_run(second, at=at(2025, 7, 1))
        first = world.first
        for moment, run in (
            (at(2025, 1, 2), first), (at(2025, 6, 30), first), (at(2025, 7, 1), second),
            (at(2026, 1, 1), second),
        ):  # fmt: skip
            assert assessment_known_at(patch, moment).run == run
        with pytest.raises(PatchNotAssessed, match="尚未评定"):
            assessment_known_at(patch, at(2025, 1, 1))

    def test_of_many_patches_at_once(self, world: World) -> None:
        world.half_a_paper(PAPER)
        second = world.rejudged("far")
        apply_run(second, at=at(2025, 7, 1))
        then = assessments_known_at(at(2025, 6, 30))
        assert set(then.values_list("run", flat=True)) == {world.first.pk}
        assert then.count() == len(world.patches)
        now = assessments_known_at(at(2025, 7, 1), Patch.objects.filter(jcbh__in=("far", "on")))
        assert dict(now.values_list("patch__jcbh", "run")) == {
            "far": second.pk, "on": world.first.pk,
        }  # fmt: skip
        assert now.filter(label_class="illegal").count() <= 2

    def test_a_date_is_the_end_of_its_day_here(self) -> None:
        assert end_of(DAY(2025, 6, 1)) < at(2025, 6, 1).replace(hour=16)
        assert end_of(DAY(2025, 6, 1)) > at(2025, 6, 1).replace(hour=15, minute=59)

    def test_applying_loses_nothing(self, world: World) -> None:
        """Every row of the assessment that was current is still there, as it was."""
        tables = (Piece, PieceNotion, AssessmentConclusion, AssessmentMark)
        ways = {Piece: "assessment__run", PieceNotion: "piece__assessment__run"}

        def rows() -> list[Any]:
            kept = [
                list(
                    model.objects.filter(**{ways.get(model, "assessment__run"): world.first})
                    .order_by("pk")
                    .values()
                )
                for model in tables
            ]
            told = (
                world.first.assessments.order_by("pk")
                .values()
                .values_list("pk", "label_code", "facts", "gaps", "applied_at", "area_m2")
            )
            return [*kept, list(told)]

        before = rows()
        assert all(before)
        world.half_a_paper(PAPER)
        DatasetVersion.objects.filter(layer="basic_farmland").update(
            status="retired", retired_at=LATER
        )
        apply_run(world.rejudged())
        assert rows() == before
        assert not world.first.assessments.filter(is_current=True).exists()
