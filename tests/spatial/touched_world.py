"""Ground on which one thing changes at a time: patches by name, and what was found on each."""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import shapely
from django.db import transaction
from django.utils import timezone

from spatial.engine.classify import apply_run, classify
from spatial.engine.touched import touched_patches
from spatial.models import Batch, DatasetVersion, Patch, Region
from spatial.rules.load import load_text
from tests import drawing
from tests.people import make_regions
from tests.test_cases import layers_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.engine.touched import Touched
    from spatial.models import RulesetVersion, Run, Zone

DAY = datetime.date
AS_OF = DAY(2026, 1, 1)
KNOWN = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
"""What the first run knew; changes are recorded after it."""
LATER = datetime.datetime(2025, 6, 1, tzinfo=datetime.UTC)
HOME, NEXT = "990101", "990102"
OWNER = "甲公司"
PAPER = "示自然资〔2025〕9号"
NEXT_NORTH = 1000
"""Metres by which the drawings of the next county lie north of ours."""

RULES = """
[ruleset]
name = "touch"
title = "变化"
version = "1"
ground = "batch"
needs = ["supply", "approval"]
subject = ["patch.holder", "supply.holder"]
adjoin_m = 1
[date]
act_from = "patch.before_on"
act_to = "patch.after_on"
cutoff = "patch.after_on"
[notion]
cultivated = { term = "耕地", layer = "land_use", version = "before", where = ["code = 0101"] }
basic_farm = { term = "基本农田", layer = "basic_farmland", version = "act" }
town = { term = "边界", layer = "urban_boundary", version = "latest" }
red_line = { term = "红线", layer = "approval", where = ["approved_on <= cutoff"] }
own_line = { term = "本单位红线", of = "red_line", own = true }
supply = { term = "供地", layer = "supply", where = ["contract_on <= cutoff"] }
[group.holder]
by = "subject"
used = { patches = "same ruleset", layers = ["occupied"] }
entitled = ["own_line"]
[[rules.conclude]]
code = "unchanged"
term = "未变化"
class = "other"
test = ["patch.field_result = 未变化"]
source = "试"
[[rules.conclude]]
code = "supplied"
term = "已供地"
class = "legal"
inside = ["supply"]
source = "试"
[[rules.conclude]]
code = "approved"
term = "已批"
class = "legal"
inside = ["red_line"]
source = "试"
[[rules.conclude]]
code = "over_use"
term = "多用"
class = "illegal"
adjoins = "own_line"
test = ["group.holder.excess_m2 > 300"]
source = "试"
[[rules.conclude]]
code = "outside"
term = "红线外"
class = "illegal"
adjoins = "red_line"
source = "试"
[[rules.conclude]]
code = "unfiled"
term = "未报"
class = "illegal"
source = "试"
[[rules.mark]]
code = "basic_farm"
term = "占农田"
part = { inside = ["basic_farm"] }
at_least_m2 = 1
source = "试"
[[rules.mark]]
code = "cultivated"
term = "占耕地"
part = { inside = ["cultivated"] }
at_least_m2 = 1
source = "试"
[[rules.mark]]
code = "town"
term = "边界内"
part = { inside = ["town"] }
at_least_m2 = 1
source = "试"
"""

PLACES: dict[str, tuple[float, float]] = {
    "on": (0, 0), "beside": (40.5, 0), "far": (0, 500), "early": (100, 500),
    "mine": (0, 600), "mine_later": (0, 700), "line": (0, 900),
}  # fmt: skip
"""Where the lower left corner of each patch lies; all are 40 m by 10 m."""
TOLD: dict[str, dict[str, Any]] = {
    "early": {"before_on": DAY(2021, 1, 1), "after_on": DAY(2021, 4, 1)},
    "mine": {"holder": OWNER, "after_on": DAY(2024, 3, 1)},
    "mine_later": {"holder": OWNER, "after_on": DAY(2024, 5, 1)},
}


def block(x: float, y: float, wide: float = 40, high: float = 10) -> shapely.Geometry:
    """Ground by its place in metres from the origin of the drawing."""
    east, north = drawing.ORIGIN_EAST + x, drawing.ORIGIN_NORTH + y
    return shapely.box(east, north, east + wide, north + high)


@dataclass
class World:
    """Two counties with patches, judged once as known at KNOWN."""

    ruleset: RulesetVersion
    home: Region
    next: Region
    batch: Batch
    patches: dict[str, Patch]
    first: Run | None = field(default=None)

    def copy(self) -> World:
        """The same ground, for one test to add to."""
        return replace(self, patches=dict(self.patches))

    def ledger(self, layer: str, region: Region | None = None) -> DatasetVersion:
        """The county's open ledger."""
        return DatasetVersion.objects.get(
            layer=layer, region=region or self.home, valid_from=None, declared_empty=False
        )

    def row(
        self, layer: str, x: float, y: float, region: Region | None = None, **told: Any
    ) -> Zone:
        """One more row of a ledger, recorded after the first run unless it says otherwise."""
        region = region or self.home
        told = {"recorded_from": LATER, "plane": block(x, y), **told}
        offset = (0, -NEXT_NORTH if region == self.next else 0)
        ledger = self.ledger(layer, region)
        drawing.draw_version(
            layer, {"draw": "Z", "Z": told, "offset": offset}, version=ledger, region=region
        )
        return ledger.zones.latest("pk")

    def version(
        self,
        layer: str,
        *grounds: tuple[float, ...],
        region: Region | None = None,
        attributes: dict[str, Any] | None = None,
        **told: Any,
    ) -> DatasetVersion:
        """A snapshot with a zone on each of these grounds, in use since after the first run."""
        region = region or self.home
        zones = {
            chr(65 + number): {"code": "0101", **(attributes or {}), "plane": block(*ground)}
            for number, ground in enumerate(grounds)
        }
        offset = (0, -NEXT_NORTH if region == self.next else 0)
        told = {"activated_at": LATER, "offset": offset, **told}
        return drawing.draw_version(layer, {"draw": "".join(zones), **zones, **told}, region=region)

    def patch(self, name: str, x: float, y: float, **told: Any) -> Patch:
        """One more patch of the batch."""
        told = {"before_on": DAY(2024, 1, 1), "after_on": DAY(2024, 4, 1), "kind": "20", **told}
        made = drawing.draw_patch(
            {"plane": block(x, y), "jcbh": name, **told}, batch=self.batch, region=self.home
        )
        self.patches[name] = made
        return made

    def half_a_paper(self, number: str) -> Zone:
        """A paper over the west half of the patch called far, away from all others."""
        x, y = PLACES["far"]
        return self.row("approval", x - 20, y, approved_on=DAY(2023, 1, 1), document=number)

    def rejudged(self, *names: str) -> Run:
        """A further run, not applied, on these patches or all, with all known by now."""
        ids = [self.patches[name].pk for name in names or self.patches]
        return classify(ids, ruleset=self.ruleset, as_of=AS_OF)

    def names(self, ids: list[int]) -> set[str]:
        """What the patches are called."""
        return set(Patch.objects.filter(pk__in=ids).values_list("jcbh", flat=True))

    def touched(self) -> Touched:
        """What has been touched by now: the same begun at the changes, and at the patches."""
        ids, until = [patch.pk for patch in self.patches.values()], timezone.now()
        found = touched_patches(self.ruleset, as_of=AS_OF, until=until)
        assert touched_patches(self.ruleset, ids, as_of=AS_OF, until=until) == found
        return found

    def changed(self) -> set[str]:
        """The patches that are judged otherwise when all are judged again, with all known now."""
        before = what_is_said(self.first)
        after = what_is_said(self.rejudged())
        return self.names([pk for pk, said in after.items() if before.get(pk) != said])


def what_is_said(run: Run | None) -> dict[int, Any]:
    """All that an assessment says of its patch."""
    assert run is not None
    rows = run.assessments.prefetch_related("conclusions", "marks")
    return {
        row.patch_id: (
            row.label_class, row.label_code, row.borderline, row.gaps, row.subject_id,
            sorted((c.code, c.conclusion_class, c.area_m2) for c in row.conclusions.all()),
            sorted((m.code, str(m.answer), m.area_m2, m.unknown_m2) for m in row.marks.all()),
        )
        for row in rows
    }  # fmt: skip


def make_world() -> World:
    """Drawn, judged as known at KNOWN, and applied."""
    ruleset = load_text(RULES)
    home, beyond = drawing.county(HOME, "绘图县"), drawing.county(NEXT, "邻县")
    batch = Batch.objects.create(code="touch", source="部", ruleset=ruleset.name)
    world = World(ruleset, home, beyond, batch, {})
    with drawing.derived_together():
        drawn = {"basic_farmland", "township", "land_use"}
        drawing.draw_empty(sorted(layers_read(ruleset) - drawn), home)
        drawing.draw_empty(sorted(layers_read(ruleset) - drawn - {"supply"}), beyond)
        early = {"activated_at": drawing.LONG_AGO}
        for region in (home, beyond):
            world.version("land_use", (-500, -500, 2000, 3000), region=region, **early)
        world.version("basic_farmland", PLACES["on"], PLACES["far"], PLACES["early"], **early)
        world.version("basic_farmland", PLACES["line"], region=beyond, **early)
        ours = block(-500, -500, 2000, 1450).difference(block(20, 890, 40, 30))
        told = {"draw": "T", "T": {"code": "990101100", "plane": ours}, **early}
        drawing.draw_version("township", told, region=home)
        world.version("township", (20, 890, 40, 30), (-500, 950, 2000, 1000), region=beyond,
                      attributes={"code": "990102100"}, **early)  # fmt: skip
        long_ago = {"approved_on": DAY(2020, 1, 1), "recorded_from": drawing.LONG_AGO}
        for name in ("mine", "mine_later"):
            x, y = PLACES[name]
            world.row("approval", x + 40, y, holder=OWNER, document=f"旧〔2020〕{name}", **long_ago)
        for name, (x, y) in PLACES.items():
            world.patch(name, x, y, **TOLD.get(name, {}))
        for name, y in (("other", 300), ("mine_next", 400)):
            told = {"before_on": DAY(2024, 1, 1), "after_on": DAY(2024, 2, 1), "jcbh": name}
            world.patches[name] = drawing.draw_patch(
                {"plane": block(0, y), **told}, batch=batch, region=beyond
            )
    Patch.objects.filter(jcbh="mine_next").update(holder=drawing.holder(OWNER))
    ids = [patch.pk for patch in world.patches.values()]
    world.first = classify(ids, ruleset=ruleset, as_of=AS_OF, known_at=KNOWN)
    apply_run(world.first, at=KNOWN + datetime.timedelta(days=1))
    return world


@contextmanager
def standing_world(blocker: Any) -> Iterator[World]:
    """One world for the tests of a module: each test's own transaction is a savepoint in it."""
    with blocker.unblock(), transaction.atomic():
        assert transaction.get_connection().settings_dict["NAME"].startswith("test_")
        make_regions()
        yield make_world()
        transaction.set_rollback(True)
