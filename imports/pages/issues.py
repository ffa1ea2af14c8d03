"""The issues of a delivery as its page lists them: by kind, the first of each; one in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min

from imports import issue_kinds
from imports.pages.words import on_page
from imports.readers.table import NOTE, WARNING
from spatial import vocabulary
from spatial.addresses import key_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.models import Delivery, Issue

FIRST = 5
"""Issues of a kind that are listed at once."""
PAGE = 200
MOST_PLACES = 500
WEIGHT = {WARNING: 1, NOTE: 2}
"""The order of severities; an error comes before all."""


def groups_of(delivery: Delivery) -> list[dict[str, Any]]:
    """The kinds of issues found, the gravest first, each with its count and its first rows."""
    counted = (
        delivery.issues.order_by()
        .values("kind", "severity")
        .annotate(count=Count("pk"), places=Count("place"), first=Min("pk"))
    )
    ordered = sorted(counted, key=lambda row: (WEIGHT.get(row["severity"], 0), row["first"]))
    groups = []
    for row in ordered:
        found = delivery.issues.filter(kind=row["kind"], severity=row["severity"])
        groups.append(
            {
                **row,
                **_words(row["kind"], row["severity"]),
                "rows": _rows(found.order_by("pk")[:FIRST]),
                "is_more": row["count"] > FIRST,
            }
        )
    return groups


def open_group(delivery: Delivery, kind: str, after: str) -> dict[str, Any] | None:
    """All issues of one kind, a page of them after an id; None where none is asked for."""
    if not kind:
        return None
    found = delivery.issues.filter(kind=kind).order_by("pk")
    last = key_in(after)
    if last is not None:
        found = found.filter(pk__gt=last)
    issues = list(found[: PAGE + 1])
    if not issues:
        return None
    page = issues[:PAGE]
    return {
        "kind": kind,
        **_words(kind, page[0].severity),
        "rows": _rows(page),
        "after": page[-1].pk if len(issues) > PAGE else None,
        "is_later": last is not None,
    }


def places_of(delivery: Delivery, chosen: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Where issues lie, as features for the map: those listed, else the first of all."""
    found = delivery.issues.filter(place__isnull=False).order_by("pk")
    if chosen is not None:
        found = found.filter(pk__in=[row["issue"].pk for row in chosen["rows"]])
    return [
        {
            "type": "Feature",
            "id": issue.pk,
            "geometry": {"type": "Point", "coordinates": _place(issue)},
            "properties": {
                "name": f"{_words(issue.kind, issue.severity)['term']}"
                + (f"，第 {issue.row} 行" if issue.row else ""),
                "severity": issue.severity,
            },
        }
        for issue in found[:MOST_PLACES]
    ]


def _rows(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    menders = vocabulary.vocabulary()["issue_by"]
    return [
        {
            "issue": issue,
            "message": on_page(issue.message),
            "done": on_page(issue.done),
            "mender": menders.get(issue.remedy_by, ""),
            "place": _place(issue),
        }
        for issue in issues
    ]


def _place(issue: Issue) -> list[float] | None:
    return None if issue.place is None else [issue.place.x, issue.place.y]


def _words(kind: str, severity: str) -> dict[str, str]:
    """What a kind is called, how grave it is, and what is to be done about it."""
    known = issue_kinds.of(kind)
    level = vocabulary.vocabulary()["issue_level"].get(severity, severity)
    return {"term": known.term, "level": level, "remedy": on_page(known.remedy)}
