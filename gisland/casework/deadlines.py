"""What burns and what is overdue on a day, over all cases that a scope sees. 期限检查

A day of the past is answered from what the ledger held at its end, so that the same question has
the same answer for ever. Nothing is written here; notices.py writes what it finds.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from gisland.casework import clocks
from gisland.casework.findings import findings_of
from gisland.casework.models import Case, CaseEvent
from gisland.casework.process import process

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from django.db.models import QuerySet

    from spatial.scope import Scope

CHUNK = 2000
PRESSING = ("overdue", "due_today", "burning")


@dataclass(frozen=True)
class Pressing:
    """One clock of one case that presses."""

    case: Case
    reading: clocks.Reading
    state: str
    """Where the case stood on that day, in words."""

    def told(self) -> dict[str, Any]:
        """As JSON and as a line of a table."""
        return {
            "address": self.case.patch.address,
            "county": self.case.patch.region.name,
            "clock": self.reading.code,
            "term": self.reading.term,
            "due_on": self.reading.due_on.isoformat(),
            "days_left": self.reading.days_left,
            "state": self.reading.state,
            "said": self.reading.said,
            "stands": self.state,
            "officer": str(self.case.officer or ""),
            "told_to": list(self.reading.told_levels),
        }


def pressing(
    scope: Scope,
    as_of: datetime.date,
    *,
    batch_codes: Collection[str] | None = None,
    county_ids: Collection[int] | None = None,
) -> list[Pressing]:
    """The clocks that burn or are overdue at the end of the day, the longest overdue first; of
    these batches and counties only, where told."""
    seen = Case.objects.filter(scope.patches_q("patch__"))
    if batch_codes is not None:
        seen = seen.filter(patch__batch__code__in=batch_codes)
    if county_ids is not None:
        seen = seen.filter(patch__region__in=county_ids)
    found = [one for chunk in _chunks(seen) for one in _of_chunk(chunk, as_of)]
    return sorted(found, key=lambda one: (one.reading.due_on, one.case.pk, one.reading.code))


def counts(found: list[Pressing]) -> dict[str, dict[str, int]]:
    """By clock, how many are overdue, due today, burning."""
    told = Counter((one.reading.code, one.reading.state) for one in found)
    codes = dict.fromkeys(one.reading.code for one in found)
    return {code: {state: told[code, state] for state in PRESSING} for code in codes}


def _chunks(seen: QuerySet[Case]) -> Iterator[list[Case]]:
    ids = list(seen.order_by("pk").values_list("pk", flat=True))
    cases = Case.objects.select_related("patch__batch", "patch__region", "officer", "unit").defer(
        "patch__geom", "patch__ground", "patch__region__geom"
    )
    for low in range(0, len(ids), CHUNK):
        yield list(cases.filter(pk__in=ids[low : low + CHUNK]).order_by("pk"))


def _of_chunk(cases: list[Case], as_of: datetime.date) -> Iterator[Pressing]:
    end = timezone.make_aware(
        datetime.datetime.combine(as_of + datetime.timedelta(days=1), datetime.time.min)
    )
    events = CaseEvent.objects.filter(case__in=cases, at__lt=end).order_by("case", "number")
    by_case = {
        case_id: list(found)
        for case_id, found in groupby(events.iterator(), lambda event: event.case_id)
    }
    findings = findings_of([case.patch_id for case in cases])
    states = process().states
    for case in cases:
        told = by_case.get(case.pk)
        if not told:  # not yet opened on that day
            continue
        last = told[-1]
        stands = f"{states[last.report_state].term}、{states[last.handling_state].term}"
        word = findings[case.patch_id].word
        for running in clocks.work_out(case.patch.batch, word, told):
            reading = clocks.read(running, as_of)
            if reading.state in PRESSING:
                yield Pressing(case, reading, stands)
