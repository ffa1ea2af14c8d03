"""``?known_at=``: the proof of a patch as it was known on a past day or at a past moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from spatial.engine.explain import current_assessment
from spatial.engine.explain_when import moment_of
from spatial.engine.known import assessment_known_at
from spatial.errors import InputRefused

if TYPE_CHECKING:
    import datetime

    from django.http import QueryDict

    from spatial.models import Assessment, Patch


@dataclass(frozen=True)
class Known:
    """What the reader asked to be known by."""

    text: str
    at: datetime.datetime


def known_of(asked: QueryDict) -> Known | None:
    """The moment that the address names, nothing for now; raises an error with the remedy."""
    text = asked.get("known_at", "").strip()
    if not text:
        return None
    at = moment_of(text)
    try:
        day = timezone.localtime(at).date()
    except OverflowError as error:
        raise InputRefused(f"{text} 超出可用的日期范围，应写作 2024-03-31") from error
    if day > timezone.localdate():
        raise InputRefused(f"{day} 在将来，不能按那一天所知。请改用今天或以前的日期。")
    hour = "" if len(text) == len("2025-01-01") else f" {timezone.localtime(at):%R}"
    return Known(f"{day:%F}{hour}", at)


def assessment_asked_for(patch: Patch, known: Known | None) -> Assessment:
    """The current assessment, or the one that was current then; raises PatchNotAssessed."""
    return assessment_known_at(patch, known.at) if known else current_assessment(patch)
