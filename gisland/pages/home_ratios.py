"""The newest ratios for the front page: how high, who is over a line, how they moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.urls import reverse

from gisland.pages import ratio_periods
from gisland.pages.ratio_asked import DEFAULTS, asked_of
from gisland.pages.ratio_figures import figures_of, is_at_hand
from gisland.pages.ratio_sentences import share_of
from spatial import units, vocabulary
from spatial.errors import NotAllowed
from spatial.models import Determination, Patch

if TYPE_CHECKING:
    from decimal import Decimal

    from gisland.pages.ratio_asked import Asked
    from gisland.pages.ratio_figures import Figures, Line
    from spatial.scope import Scope

RULESET = DEFAULTS["ruleset"]
MOST_QUICK = 500
"""Patches whose ratios are counted while the page waits."""


@dataclass(frozen=True)
class News:
    """The newest period's figures, and where they are shown whole."""

    figures: Figures | None = None
    """None where there is no period, or the reader may not know."""
    refused: str = ""
    is_late: bool = False
    """Counting takes longer than the page may wait: the browser asks again for it."""

    @property
    def period(self) -> str:
        """The newest period."""
        return (self.figures and self.figures.asked.query.period) or ""

    @property
    def href(self) -> str:
        """The ratio page of the period."""
        return reverse("ratios") + (self.figures.asked.address() if self.figures else "")

    def href_of(self, line: Line) -> str:
        """The ratio page of one county."""
        assert self.figures is not None
        return reverse("ratios") + self.figures.asked.address(region=line.row.code)


def news_of(scope: Scope, *, patient: bool = True) -> News:
    """The newest period's figures beside those of the one before; 初判口径 as long as nobody
    decided anything of the period. Who is not patient gets only what is known or quickly read.
    """
    try:
        asked, _ = asked_of(scope, QueryDict(f"ruleset={RULESET}"))
    except NotAllowed as error:
        return News(refused=str(error))
    periods = ratio_periods.series(asked, ratio_periods.offered(asked))
    if not periods:
        return News()
    asked = _of_period(asked, periods[-1])
    if not (patient or _is_quick(asked) or is_at_hand(asked, periods[-2:])):
        return News(is_late=True)
    return News(figures_of(asked, with_trend=False))


def _of_period(asked: Asked, period: str) -> Asked:
    decided = Determination.objects.filter(
        asked.scope.patches_q("patch__"), patch__batch__period=period
    )
    basis = asked.query.basis if decided.exists() else "proposed"
    return replace(
        asked,
        query=replace(asked.query, period=period, basis=basis),
        given=(*asked.given, ("basis", basis), ("period", period)),
    )


def _is_quick(asked: Asked) -> bool:
    """Whether so few patches are to be read that it takes no time."""
    seen = asked.scope.filter_patches(Patch.objects.all())
    return seen[: MOST_QUICK + 1].count() <= MOST_QUICK


def moved(change: Decimal | None, period: str | None) -> str:
    """By how much a share moved since a period, in words; empty where that is not known."""
    if change is None or period is None:
        return ""
    points = units.percent(abs(change)).removesuffix(" %")
    way = "上升" if change > 0 else "下降" if change < 0 else "持平，变动"
    return f"比 {period} {way} {points} 个百分点"


def line_term(line: Line) -> str:
    """The highest line that a county reaches: ≥ 15.00 %（15 号令问责线）; empty below all."""
    reached = [(share, term) for share, term in sorted(vocabulary.ratio_lines())
               if line.share is not None and float(line.share) >= share]  # fmt: skip
    if not reached:
        return ""
    share, term = reached[-1]
    return f"≥ {units.percent(share_of(share))}（{term}）"
