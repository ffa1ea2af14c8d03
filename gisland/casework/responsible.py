"""Who answers for the ground of a case, by the table of responsibilities. 责任人"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum
from django.db.models.functions import Length

from gisland.casework.models import Responsibility
from spatial.models import Piece

if TYPE_CHECKING:
    import datetime

    from gisland.casework.models import Case


def responsible(case: Case, on: datetime.date) -> Responsibility | None:
    """The responsibility that holds on a day: of the township with most of the patch before that
    of the county, of an officer before that of a unit alone, the later one before an earlier."""
    townships = (
        Piece.objects.filter(assessment__patch=case.patch_id, assessment__is_current=True)
        .exclude(township_code="")
        .values("township_code")
        .annotate(area=Sum("area_m2"))
        .order_by("-area")
        .values_list("township_code", flat=True)
    )
    codes = [*townships[:1], case.patch.region.code]
    holds = Responsibility.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), region__code__in=codes, since__lte=on
    )
    return (
        holds.select_related("officer", "unit", "region")
        .order_by(Length("region__code").desc(), F("officer").asc(nulls_last=True), "-since", "-pk")
        .first()
    )
