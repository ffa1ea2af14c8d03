"""What is said of a change, and what touches a patch besides data: rules, days, other runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spatial.engine import reads
from spatial.engine.classify import apply_run, classify
from spatial.engine.touched import touched_patches
from spatial.models import Batch
from spatial.rules.load import load_text
from tests import drawing
from tests.spatial import changes
from tests.spatial.touched_world import (
    AS_OF,
    DAY,
    LATER,
    OWNER,
    PLACES,
    RULES,
    World,
    standing_world,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all tests here; each changes it within a savepoint."""
    with standing_world(django_db_blocker) as made:
        yield made


class TestReasons:
    """Each touched patch comes with what touches it, in words."""

    def test_papers_are_named(self, standing: World) -> None:
        world = standing.copy()
        changes.paper(world)
        changes.visited(world)
        world.ledger("approval").zones.filter(document__number="旧〔2020〕mine").update(
            recorded_until=LATER
        )
        said = {str(cause) for cause in world.touched().causes}
        assert "用地批准 示自然资〔2025〕9号 新增 → 2 个图斑" in said
        assert "用地批准 旧〔2020〕mine 撤回 → 1 个图斑" in said
        assert "实地结果 2025-06-01 未变化 → 1 个图斑" in said
        assert world.touched().reasons[world.patches["far"].pk] == ["实地结果 2025-06-01 未变化"]

    def test_an_amended_paper_is_named_once(self, standing: World) -> None:
        world = standing.copy()
        ledger = world.ledger("approval")
        ledger.zones.filter(document__number="旧〔2020〕mine").update(recorded_until=LATER)
        x, y = PLACES["mine"]
        world.row("approval", x + 40, y, holder=OWNER, document="旧〔2020〕mine",
                  approved_on=DAY(2025, 1, 1))  # fmt: skip
        said = {cause.said for cause in world.touched().causes if cause.kind == "row"}
        assert said == {"用地批准 旧〔2020〕mine 变更"}

    def test_versions_and_other_patches_are_named(self, standing: World) -> None:
        world = standing.copy()
        changes.farmland_since_2024(world)
        changes.neighbours_supply_declared(world)
        changes.another_patch(world)
        changes.own_paper_far_away(world)
        said = {cause.said for cause in world.touched().causes}
        assert "永久基本农田 县990101 2000-01-01 版改为 2024-02-01 版" in said
        assert "供地 县990102 数据有无发生变化" in said
        assert f"同一单位“{OWNER}”的图斑 touch/990101/between" in said
        assert "尚未评定" in said
        assert any(said_of.endswith(f"（计入同一单位“{OWNER}”的用地）") for said_of in said)


class TestRuleset:
    """Another version of the rules, or another day where they ask for it."""

    def test_a_new_version_touches_all(self, standing: World) -> None:
        world = standing.copy()
        world.ruleset = load_text(RULES.replace('version = "1"', 'version = "2"'))
        assert world.names(world.touched().patch_ids) == set(world.patches)
        assert {cause.said for cause in world.touched().causes} == {"规则版本已更新"}

    def test_another_day_touches_what_the_latest_version_changes(self, standing: World) -> None:
        """Known all along, in force since February: as of January it did not count."""
        world = standing.copy()
        ids = [patch.pk for patch in world.patches.values()]
        world.version("urban_boundary", PLACES["far"], valid_from=DAY(2026, 2, 1),
                      activated_at=drawing.LONG_AGO)  # fmt: skip
        for as_of, names in ((DAY(2026, 1, 31), set()), (DAY(2026, 2, 1), {"far"})):
            found = touched_patches(world.ruleset, ids, as_of=as_of, until=drawing.now())
            assert world.names(found.patch_ids) == names

    def test_rules_that_ask_for_the_day(self, standing: World) -> None:
        asks = RULES.replace('name = "touch"', 'name = "asks"').replace(
            '"contract_on <= cutoff"', '"contract_on <= run.as_of"'
        )
        assert not reads.reads_as_of(standing.ruleset)
        assert reads.reads_as_of(load_text(asks))

    def test_how_far_around_a_patch_it_looks(self, standing: World) -> None:
        reach = reads.reach_of_layers(standing.ruleset)
        assert (reach["approval"], reach["basic_farmland"], reach["township"]) == (1, 0, 0)
        standing.ruleset.notions.filter(code="town").update(within_m=500)
        standing.ruleset.notions.filter(code="own_line").update(within_m=20)
        reach = reads.reach_of_layers(standing.ruleset)
        assert (reach["approval"], reach["urban_boundary"]) == (21, 500)

    def test_a_widened_zone_touches_from_afar(self, standing: World) -> None:
        """A new zone 90 m from one patch and 110 m from the other, widened by 100 m."""
        standing.ruleset.notions.filter(code="town").update(within_m=100)
        world = standing.copy()
        x, y = PLACES["early"]
        world.version("urban_boundary", (x + 40 + 90, y, 10, 10), valid_from=DAY(2025, 2, 1))
        assert world.names(world.touched().patch_ids) == {"early"}


def test_the_users_of_patches_judged_since_are_seen(standing: World) -> None:
    """One patch is judged again alone and gets a user; the sums of that user's patches follow."""
    world = standing.copy()
    changes.supplied_to_the_owner(world)
    apply_run(classify([world.patches["early"].pk], ruleset=world.ruleset, as_of=AS_OF))
    assert world.names(world.touched().patch_ids) == {"mine", "mine_later"}
    owners = {cause.said for cause in world.touched().causes}
    assert f"同一单位“{OWNER}”的图斑 touch/990101/early" in owners


def test_ground_that_limits_what_counts_as_used(standing: World) -> None:
    """Used ground counts inside 永农 only: a new zone under one patch changes its user's others."""
    world = standing.copy()
    world.ruleset = load_text(
        RULES.replace('name = "touch"', 'name = "limits"').replace(
            'layers = ["occupied"] }', 'layers = ["occupied"], inside = ["basic_farm"] }'
        )
    )
    Batch.objects.update(ruleset="limits")
    world.first = apply_run(world.rejudged())
    world.version("basic_farmland", (0, 1400), region=world.next, valid_from=DAY(2024, 1, 1),
                  activated_at=drawing.now())  # fmt: skip
    touched = world.names(world.touched().patch_ids)
    assert touched >= {"mine_next", "mine", "mine_later"}
    assert touched >= world.changed()
    assert not touched & {"on", "far", "early"}
