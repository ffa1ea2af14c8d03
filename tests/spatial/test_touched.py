"""What a change touches: every patch that would be judged otherwise, and no patch elsewhere.

Each change is made after the first run; then all patches are judged again and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.spatial import changes
from tests.spatial.touched_world import (
    World,
    standing_world,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db
NEXT = {"other", "mine_next", "line"}
HOME = {"on", "beside", "far", "early", "mine", "mine_later", "line"}


CHANGES: dict[Callable[[World], None], set[str]] = {
    changes.nothing: set(),
    changes.paper: {"on", "beside"},
    changes.paper_elsewhere: set(),
    changes.paper_withdrawn: {"mine", "mine_later"},
    changes.came_and_went: set(),
    changes.farmland_redrawn: {"far"},
    changes.farmland_as_it_was: set(),
    changes.farmland_since_2024: {"far"},
    changes.farmland_since_2025: set(),
    changes.latest_since_2025: {"mine"},
    changes.before_since_2024: set(),
    changes.farmland_gone: HOME,
    changes.neighbours_farmland: {"line"},
    changes.neighbours_farmland_on_our_side: set(),
    changes.neighbours_supply: NEXT,
    changes.neighbours_supply_declared: NEXT,
    changes.neighbours_supply_declared_too_short: set(),
    changes.neighbours_approvals_gone: {*NEXT, "mine", "mine_later"},
    changes.line_moved: {"line"},
    changes.visited: {"far"},
    changes.corrected: {"far", "mine_later"},
    changes.another_patch: {"between", "mine_later"},
    changes.own_paper_far_away: {"mine_later"},
    changes.own_ground_far_away: {"mine", "mine_later"},
    changes.strangers_ground: set(),
    changes.supplied_to_the_owner: {"early", "mine", "mine_later"},
}
"""The patches that each change touches: all that it changes, and no other."""


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all tests here; each changes it within a savepoint."""
    with standing_world(django_db_blocker) as made:
        yield made


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_touches_these_patches_and_no_others(
    standing: World, change: Callable[[World], None]
) -> None:
    world = standing.copy()
    change(world)
    touched = world.names(world.touched().patch_ids)
    changed = world.changed()
    assert changed <= touched, "judged otherwise, but not found"
    assert touched == CHANGES[change]


def test_most_changes_here_do_change_something(standing: World) -> None:
    """So that the test above cannot pass by touching nothing and changing nothing."""
    world = standing.copy()
    for change in (
        changes.paper,
        changes.farmland_redrawn,
        changes.neighbours_supply,
        changes.own_ground_far_away,
        changes.visited,
    ):
        change(world)
    assert world.changed() >= {"on", "beside", "far", "line", "other", "mine"}
