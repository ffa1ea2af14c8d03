"""Which periods a page offers, in what order, and which one comes before another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, Min

from spatial.engine.ratio_periods import span_of
from spatial.models import Batch, Patch
from spatial.models.patch import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gisland.pages.ratio_asked import Asked

LONGEST_SERIES = 12


def offered(asked: Asked) -> list[str]:
    """The periods in which the reader may see something, newest first, years before their parts."""
    found = set(_known(asked))
    for period in tuple(found):
        span = span_of(period)
        if span is not None:
            found.add(f"{span[0].year}")
    return sorted(found, key=_place, reverse=True)


def series(asked: Asked, periods: Iterable[str]) -> list[str]:
    """The periods of a trend, oldest first: of the asked one's length; without one, as issued."""
    found = list(periods)
    wanted = asked.query.period
    if wanted is None:
        years = [period for period in found if _months(period) == 12]
        chosen = [period for period in found if period not in years] or years
    else:
        chosen = [period for period in {*found, wanted} if _months(period) == _months(wanted)]
    return sorted(chosen, key=_place)[-LONGEST_SERIES:]


def earlier(asked: Asked, ordered: list[str]) -> str | None:
    """The period of the trend that comes before the asked one."""
    wanted = asked.query.period
    at = ordered.index(wanted) if wanted in ordered else 0
    return ordered[at - 1] if at else None


def _known(asked: Asked) -> list[str]:
    query = asked.query
    patches = asked.scope.filter_patches(
        Patch.objects.filter(region_id__in=query.county_ids, batch__ruleset=query.ruleset)
    ).exclude(batch__source__in=(Source.SITE, Source.MACHINE))
    if query.by == "batch":
        batches = Batch.objects.filter(pk__in=patches.values("batch_id")).exclude(period="")
        return list(batches.values_list("period", flat=True).order_by("period").distinct())
    ends = patches.aggregate(first=Min("after_on"), last=Max("after_on"))
    if ends["first"] is None:
        return []
    quarters = [
        f"{year}Q{quarter}"
        for year in range(ends["first"].year, ends["last"].year + 1)
        for quarter in (1, 2, 3, 4)
    ]
    spans = {quarter: span_of(quarter) for quarter in quarters}
    return [
        quarter
        for quarter, span in spans.items()
        if span and span[1] > ends["first"] and span[0] <= ends["last"]
    ]


def _months(period: str) -> int:
    span = span_of(period)
    if span is None:
        return 0
    return (span[1].year - span[0].year) * 12 + span[1].month - span[0].month


def _place(period: str) -> tuple[str, int, str]:
    """In order of time; a year after its parts, so that turned round it comes first."""
    span = span_of(period)
    if span is None:
        return period[:4], 13, period
    return (f"{span[0]:%Y}", 12, "") if _months(period) == 12 else (
        f"{span[0]:%Y}", span[0].month - 1, period
    )  # fmt: skip
