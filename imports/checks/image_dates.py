"""Image dates that cannot be: after the patch was issued, or before there were images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.checks import settings
from imports.readers.table import Finding

if TYPE_CHECKING:
    from datetime import date

    from imports.checks.incoming import Incoming


def check(incoming: Incoming, issued_on: date | None) -> list[Finding]:
    """A finding for each date that lies outside what is possible, partial ones."""
    limits = settings.limits()
    found: list[Finding] = []
    for field in ("before_on", "after_on"):
        first, last = (incoming.days(field, last=last) for last in (False, True))
        early = (last != "") & (last < limits.earliest_image.isoformat())
        late = (first > issued_on.isoformat()) if issued_on else early & False
        for wrong, day, reason in (
            (early, last, f"早于 {limits.earliest_image}，那时没有可用影像"),
            (late, first, f"晚于下发日期 {issued_on}"),
        ):
            rows = wrong.to_numpy(dtype=bool)
            found += [
                Finding(
                    "date_implausible", f"第 {row} 行{incoming.terms[field]} {text} {reason}。",
                    row=int(row), field=field, done="原样保留",
                )
                for row, text in zip(incoming.numbers[rows], day[rows], strict=True)
            ][: limits.listed]  # fmt: skip
    return found
