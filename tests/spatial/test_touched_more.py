"""Changes that come in two steps, or by taking something back: none is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spatial.engine.classify import apply_run, classify
from spatial.errors import RunStale
from spatial.models import DatasetVersion, Patch, Run, SubjectCorrection, Zone
from tests import drawing, people
from tests.spatial import changes
from tests.spatial.touched_world import (
    AS_OF,
    DAY,
    LATER,
    OWNER,
    PLACES,
    World,
    standing_world,
    what_is_said,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db


def rolled_back(world: World) -> None:
    """The newer version leaves; the older one counts again, by its own date."""
    world.version("basic_farmland", PLACES["on"], valid_from=DAY(2023, 1, 1))
    world.first = apply_run(world.rejudged())
    newest = DatasetVersion.objects.filter(layer="basic_farmland", region=world.home).latest("pk")
    DatasetVersion.objects.filter(pk=newest.pk).update(status="retired", retired_at=drawing.now())


def backfilled(world: World) -> None:
    """An older version is delivered late: it counted before the one that was there."""
    DatasetVersion.objects.filter(layer="basic_farmland", region=world.home).update(
        valid_from=DAY(2022, 1, 1)
    )
    world.first = apply_run(world.rejudged())
    world.version("basic_farmland", PLACES["early"], valid_from=DAY(2001, 1, 1),
                  activated_at=drawing.now())  # fmt: skip


def declared_empty_now(world: World) -> None:
    """Of this layer the latest counts, and an office says that there is nothing left."""
    world.version("urban_boundary", PLACES["far"], PLACES["on"])
    world.first = apply_run(world.rejudged())
    DatasetVersion.objects.create(
        layer_id="urban_boundary", region=world.home, status="active", activated_at=drawing.now(),
        declared_empty=True, declared_by="县局", valid_from=DAY(2025, 3, 1),
        valid_until=DAY(2027, 1, 1),
    )  # fmt: skip


def withdrawn_and_back(world: World) -> None:
    """The same paper with the same words: nothing is judged otherwise."""
    changes.paper_withdrawn(world)
    old = Zone.objects.get(layer="approval", document__number="旧〔2020〕mine")
    x, y = PLACES["mine"]
    world.row("approval", x + 40, y, holder=OWNER, document="旧〔2020〕mine",
              approved_on=DAY(2020, 1, 1), recorded_from=LATER.replace(month=8))  # fmt: skip
    assert old.recorded_until


def moved_away(world: World) -> None:
    """An amendment: the row ends, another of the same paper lies where nobody is."""
    changes.paper_withdrawn(world)
    world.row("approval", 0, 1300, holder=OWNER, document="旧〔2020〕mine",
              approved_on=DAY(2020, 1, 1))  # fmt: skip


def correction_withdrawn(world: World) -> None:
    changes.corrected(world)
    world.first = apply_run(world.rejudged())
    first = SubjectCorrection.objects.get()
    SubjectCorrection.objects.create(
        patch=world.patches["far"], on=DAY(2025, 7, 1), by=people.person(None),
        holder=first.holder, supersedes=first, withdrawn=True,
    )  # fmt: skip


def corrected_away(world: World) -> None:
    """A patch leaves its holder's sums: the later patch of that holder counts less."""
    SubjectCorrection.objects.create(
        patch=world.patches["mine"], on=DAY(2025, 6, 1), by=people.person(None),
        holder=drawing.holder("乙公司"),
    )  # fmt: skip


def third_county(world: World) -> None:
    """A county on which no patch lies gets its first occupied ground, of our owner."""
    third = drawing.county("990103", "三县")
    made = world.version("occupied", (0, 2500), region=third)
    made.zones.update(holder=drawing.holder(OWNER))


def neighbours_townships_gone(world: World) -> None:
    """The next county has none any more: where its patches lie is in doubt."""
    DatasetVersion.objects.filter(layer="township", region=world.next).update(
        status="retired", retired_at=LATER
    )


def undated_patch_and_new_version(world: World) -> None:
    """Nobody knows when: whichever version ever counted matters."""
    Patch.objects.filter(jcbh="far").update(before_on=None, before_on_last=None)
    world.first = apply_run(world.rejudged())
    world.version("basic_farmland", PLACES["on"], valid_from=DAY(2003, 1, 1),
                  activated_at=drawing.now())  # fmt: skip


def partial_year(world: World) -> None:
    """The later image is of some day in 2024: a version of December is within."""
    Patch.objects.filter(jcbh="far").update(
        after_on_first=DAY(2024, 1, 1), after_on=DAY(2024, 12, 31)
    )
    world.first = apply_run(world.rejudged())
    world.version("basic_farmland", PLACES["on"], valid_from=DAY(2024, 12, 1),
                  activated_at=drawing.now())  # fmt: skip


def one_judged_alone(world: World) -> None:
    """One of the owner's patches is judged alone, after its paper went; the other must follow."""
    changes.paper_withdrawn(world)
    apply_run(classify([world.patches["mine"].pk], ruleset=world.ruleset, as_of=AS_OF))


def judged_twice_the_same(world: World) -> None:
    """A patch that names nobody comes onto old supplied ground and is judged twice: the owner's
    later patch, judged before both, must count it."""
    world.row("supply", 0, 800, holder=OWNER, contract_on=DAY(2020, 1, 1),
              recorded_from=drawing.LONG_AGO)  # fmt: skip
    late = world.patch("late", 0, 800, after_on=DAY(2024, 4, 1))
    for _ in range(2):
        apply_run(classify([late.pk], ruleset=world.ruleset, as_of=AS_OF))


def two_at_once(world: World) -> None:
    """A version comes and leaves between two runs, and another takes its place."""
    changes.farmland_redrawn(world)
    DatasetVersion.objects.filter(
        layer="basic_farmland", region=world.home, status="active"
    ).update(status="retired", retired_at=drawing.now())
    world.version("basic_farmland", PLACES["mine"], PLACES["on"], PLACES["far"], PLACES["early"])


CHANGES: dict[Callable[[World], None], set[str]] = {
    rolled_back: {"far"},
    backfilled: {"early"},
    declared_empty_now: {"far", "on"},
    withdrawn_and_back: {"mine", "mine_later"},
    moved_away: {"mine", "mine_later"},
    correction_withdrawn: {"far", "mine_later"},
    corrected_away: {"mine", "mine_later"},
    third_county: {"mine", "mine_later"},
    neighbours_townships_gone: {"line", "mine_next", "other"},
    undated_patch_and_new_version: {"early", "far"},
    partial_year: {"far"},
    one_judged_alone: {"mine_later"},
    judged_twice_the_same: {"mine_later"},
    two_at_once: {"mine"},
}
"""All that each change touches; each of those it changes is among them."""


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all tests here; each changes it within a savepoint."""
    with standing_world(django_db_blocker) as made:
        yield made


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_would_be_judged_otherwise_is_found(
    standing: World, change: Callable[[World], None]
) -> None:
    world = standing.copy()
    change(world)
    touched = world.names(world.touched().patch_ids)
    changed = now_otherwise(world)
    assert changed <= touched
    assert touched == CHANGES[change]


def test_a_run_is_stale_once_the_sums_that_it_took_are(standing: World) -> None:
    """Its own patch is as it was; another of the same user was judged and has left that user."""
    world = standing.copy()
    waiting = world.rejudged("mine_later")
    corrected_away(world)
    apply_run(world.rejudged("mine"))
    with pytest.raises(RunStale, match="同一单位"):
        apply_run(waiting)


def now_otherwise(world: World) -> set[str]:
    """What another run of all says otherwise than what is current."""
    after = what_is_said(world.rejudged())
    current = {}
    for run in Run.objects.filter(assessments__is_current=True).distinct():
        ids = set(run.assessments.filter(is_current=True).values_list("patch_id", flat=True))
        current |= {pk: said for pk, said in what_is_said(run).items() if pk in ids}
    return world.names([pk for pk, said in after.items() if current.get(pk) != said])
