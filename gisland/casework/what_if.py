"""What a decision or a rectification would do to the ratio of its period, before it is made. 试算

The facts are written, the ratio is counted by the same engine as every other, and all of it is
taken back: the figure is exact and nothing of it stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from spatial import facts
from spatial.engine.ratios import RatioQuery, total

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from gisland.casework.models import Case
    from spatial.engine.ratios import RegionRatio
    from spatial.models import User


@dataclass(frozen=True)
class Asked:
    """What is supposed: every piece as it was proposed (``confirm``), or the whole patch a
    conclusion; and a way of rectification for what is unlawful, or none."""

    confirm: bool = False
    conclusion: str = ""
    rectified: str = ""

    def __bool__(self) -> bool:
        """Whether anything is supposed at all."""
        return self.confirm or bool(self.conclusion or self.rectified)


@dataclass(frozen=True)
class Effect:
    """The ratio of the county and period as it is, and as it would be."""

    query: RatioQuery
    now: RegionRatio
    then: RegionRatio | None

    @property
    def change(self) -> Decimal | None:
        """By how much the ratio would change; None where one of them has none."""
        if self.then is None or self.now.ratio is None or self.then.ratio is None:
            return None
        return self.then.ratio - self.now.ratio


def query_of(case: Case, county_ids: tuple[int, ...]) -> RatioQuery:
    """The ratio in which the case counts: its counties, the period of its batch, as decided."""
    batch = case.patch.batch
    return RatioQuery(
        county_ids=county_ids, level="all", period=batch.period or None, basis="decided",
        ruleset=batch.ruleset,
    )  # fmt: skip


def effect(case: Case, asked: Asked, by: User, query: RatioQuery, on: datetime.date) -> Effect:
    """The ratio now, and if what is asked were decided today. Raises InputRefused,
    PatchNotAssessed."""
    with transaction.atomic():
        now = total(query)
        if not asked:
            return Effect(query, now, None)
        word = facts.Word(by, on, "试算")
        if asked.confirm or asked.conclusion:
            facts.decide(case.patch, word, conclusion=asked.conclusion)
        if asked.rectified:
            facts.rectify(case.patch, word, kind=asked.rectified, area_m2=case.patch.area_m2)
        then = total(query)
        transaction.set_rollback(True)
    return Effect(query, now, then)


def on_day(query: RatioQuery, known_at: datetime.datetime) -> RegionRatio:
    """The same ratio from the facts as they were known at a moment of the past."""
    return total(replace(query, known_at=known_at))
