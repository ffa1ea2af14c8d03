"""Changes for the tests of what a change touches: each one thing after the first run."""

from __future__ import annotations

from spatial.models import DatasetVersion, FieldResult, SubjectCorrection
from tests import drawing, people
from tests.spatial.touched_world import DAY, LATER, OWNER, PLACES, World, block

LINE = PLACES["line"]


def nothing(world: World) -> None:
    """No change at all."""


def paper(world: World) -> None:
    """A paper comes; another patch lies half a metre from its ground."""
    world.row("approval", 0, 0, approved_on=DAY(2023, 1, 1), document="示自然资〔2025〕9号")


def paper_elsewhere(world: World) -> None:
    """Three metres from the nearest patch: the ruleset looks one metre around."""
    world.row("approval", 83.5, 0, approved_on=DAY(2023, 1, 1))


def paper_withdrawn(world: World) -> None:
    ledger = world.ledger("approval")
    ledger.zones.filter(document__number="旧〔2020〕mine").update(recorded_until=LATER)


def came_and_went(world: World) -> None:
    """Recorded and closed between the two runs: nobody ever read it."""
    until = LATER.replace(month=7)
    world.row("approval", 0, 0, approved_on=DAY(2023, 1, 1), recorded_until=until)


def farmland_redrawn(world: World) -> None:
    """A version of the same day: only one zone is not where it was."""
    DatasetVersion.objects.filter(layer="basic_farmland", region=world.home).update(
        status="retired", retired_at=LATER
    )
    world.version("basic_farmland", PLACES["on"], (0, 505), PLACES["early"])


def farmland_as_it_was(world: World) -> None:
    """Delivered once more, with other numbers of its own: nothing differs."""
    DatasetVersion.objects.filter(layer="basic_farmland", region=world.home).update(
        status="retired", retired_at=LATER
    )
    world.version("basic_farmland", PLACES["on"], PLACES["far"], PLACES["early"])


def farmland_since_2024(world: World) -> None:
    """Within the window of the patches of 2024, after that of 2021: only one zone stays."""
    world.version("basic_farmland", PLACES["on"], valid_from=DAY(2024, 2, 1))


def farmland_since_2025(world: World) -> None:
    """In force after every act: no window sees it."""
    world.version("basic_farmland", PLACES["mine"], valid_from=DAY(2025, 2, 1))


def latest_since_2025(world: World) -> None:
    """Of this layer the latest counts."""
    world.version("urban_boundary", PLACES["mine"], valid_from=DAY(2025, 2, 1))


def before_since_2024(world: World) -> None:
    """Of land use the version before the act counts, and this one begins within it."""
    world.version("land_use", PLACES["on"], valid_from=DAY(2024, 2, 1),
                  attributes={"code": "0601"})  # fmt: skip


def farmland_gone(world: World) -> None:
    """The only version is taken out of use: the county has none."""
    DatasetVersion.objects.filter(layer="basic_farmland", region=world.home).update(
        status="retired", retired_at=LATER
    )


def neighbours_farmland(world: World) -> None:
    """The next county's version changes under the patch that crosses the line."""
    DatasetVersion.objects.filter(layer="basic_farmland", region=world.next).update(
        status="retired", retired_at=LATER
    )
    world.version("basic_farmland", (30, 900), region=world.next)


def neighbours_farmland_on_our_side(world: World) -> None:
    """It spills over patches that do not reach the next county."""
    DatasetVersion.objects.filter(layer="basic_farmland", region=world.next).update(
        status="retired", retired_at=LATER
    )
    world.version("basic_farmland", LINE, PLACES["mine"], region=world.next)


def neighbours_supply(world: World) -> None:
    """The next county had no ledger of supply; now it has one, empty."""
    DatasetVersion.objects.create(
        layer_id="supply", region=world.next, status="active", activated_at=LATER
    )


def neighbours_supply_declared(world: World) -> None:
    """An office's word that there is none, for the years of the acts."""
    DatasetVersion.objects.create(
        layer_id="supply", region=world.next, status="active", activated_at=LATER,
        declared_empty=True, valid_from=DAY(2024, 1, 1), valid_until=DAY(2025, 1, 1),
    )  # fmt: skip


def neighbours_supply_declared_too_short(world: World) -> None:
    """It ends within every window."""
    DatasetVersion.objects.create(
        layer_id="supply", region=world.next, status="active", activated_at=LATER,
        declared_empty=True, valid_from=DAY(2024, 1, 1), valid_until=DAY(2024, 1, 20),
    )  # fmt: skip


def neighbours_approvals_gone(world: World) -> None:
    """The user of two of our patches has ground there too: what it is entitled to is open."""
    DatasetVersion.objects.filter(layer="approval", region=world.next).update(
        status="retired", retired_at=LATER
    )


def line_moved(world: World) -> None:
    """The townships give the whole patch on the line to our county."""
    DatasetVersion.objects.filter(layer="township").update(status="retired", retired_at=LATER)
    told = {"draw": "T", "activated_at": LATER}
    ours = {"code": "990101100", "plane": block(-500, -500, 2000, 1450)}
    drawing.draw_version("township", {**told, "T": ours}, region=world.home)
    world.version("township", (-500, 950, 2000, 1000), region=world.next,
                  attributes={"code": "990102100"})  # fmt: skip


def visited(world: World) -> None:
    FieldResult.objects.create(
        patch=world.patches["far"], on=DAY(2025, 6, 1), by=people.person(None), result="未变化"
    )


def corrected(world: World) -> None:
    """Its user is named: the later patches of that user count it, the earlier one does not."""
    SubjectCorrection.objects.create(
        patch=world.patches["far"], on=DAY(2025, 6, 1), by=people.person(None),
        holder=drawing.holder(OWNER),
    )  # fmt: skip


def another_patch(world: World) -> None:
    """Of the same user, after the first and before the second in time."""
    made = world.patch("between", 0, 800, holder=OWNER, after_on=DAY(2024, 4, 1))
    type(made).objects.filter(pk=made.pk).update(created_at=LATER)


def own_paper_far_away(world: World) -> None:
    """Entitled ground of the user, approved between the two acts: the second patch counts it."""
    world.row("approval", 500, 0, holder=OWNER, approved_on=DAY(2024, 4, 1))


def own_ground_far_away(world: World) -> None:
    """Used ground of the user: both count it."""
    world.version("occupied", (500, 0), attributes={"holder": OWNER})


def strangers_ground(world: World) -> None:
    world.version("occupied", (500, 0), attributes={"holder": "乙公司"})


def supplied_to_the_owner(world: World) -> None:
    """A supply tells who uses the ground of 2021: from then on it counts for that user too."""
    world.row("supply", *PLACES["early"], holder=OWNER, contract_on=DAY(2023, 1, 1))
