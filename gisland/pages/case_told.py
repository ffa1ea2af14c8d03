"""What the page of a case is told: where it stands, what presses, what may be done, the record."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from gisland.casework import cases, checklist, clocks, field
from gisland.casework.clock_rules import book
from gisland.casework.conditions import levels_said
from gisland.casework.field_words import words
from gisland.casework.findings import ILLEGAL, findings_of
from gisland.casework.models import Case, CaseEvent, Evidence, EvidenceKind
from gisland.casework.paper_forms import forms
from gisland.casework.process import Edge, process
from gisland.casework.responsible import responsible
from gisland.pages.map_config import map_config
from spatial import vocabulary
from spatial.models import User
from spatial.review.status import standings

if TYPE_CHECKING:
    import datetime

    from gisland.casework.findings import Finding
    from gisland.casework.paper_forms import Form
    from spatial.scope import Scope

AROUND, LEAST_DEG = 1.2, 0.001
CONE_DEGREES, CONE_DEG = 50, 0.0006
"""The view drawn for a photo that tells its direction: how wide, and how far on the map."""


def told_of(scope: Scope, case: Case, by: User | None, today: datetime.date) -> dict[str, Any]:
    """Everything of ``gisland/case.html``."""
    finding = findings_of([case.patch_id])[case.patch_id]
    events = list(case.ledger.select_related("by").order_by("number"))
    evidence = list(
        Evidence.objects.filter(case=case)
        .select_related("by", "replaced_by")
        .order_by("kind", "-at")
    )
    steps = cases.open_steps(by, case) if by is not None else []
    stands = standings([case.patch_id])[case.patch_id]
    return {
        "case": case,
        "patch": case.patch,
        "tracks": _tracks(case),
        "stands": vocabulary.vocabulary()["review_status"][stands.status],
        "clues": case.clues.order_by("pk"),
        "finding": finding,
        "finding_rows": _finding_rows(finding),
        "clocks": [
            clocks.read(row, today) for row in clocks.work_out(
                case.patch.batch, finding.word, events)
        ],
        "steps": [_step(case, one) for one in steps],
        "officers": _officers(case, steps),
        "responsible": responsible(case, today),
        "drafts": _drafts(scope, finding),
        "checklist": checklist.items_for(case, finding),
        "photos": [one for one in evidence if one.kind == EvidenceKind.PHOTO],
        "papers": [one for one in evidence if one.kind == EvidenceKind.DOCUMENT or one.paper],
        "paper_kinds": process().papers.values(),
        "may_attach": by is not None and scope.can("evidence"),
        "evidence_limit": settings.EVIDENCE_LIMIT_BYTES,
        "may_handle": by is not None and scope.can("handle"),
        "field_result": field.results_of([case.patch_id]).get(case.patch_id),
        "field_words": words(),
        "land_classes": vocabulary.land_use_terms().items(),
        "rectifications": vocabulary.rectification_terms().items(),
        "events": [_event(event) for event in reversed(events)],
        "map_config": _map(scope, case),
        "photo_shapes": _photo_shapes(evidence),
        "today": today,
    }  # fmt: skip


def _tracks(case: Case) -> list[dict[str, Any]]:
    states = process().states
    return [
        {"term": term, "now": states[getattr(case, f"{track}_state")]}
        for track, term in process().tracks.items()
    ]


def _drafts(scope: Scope, finding: Finding) -> list[Form]:
    """The papers of which this reader may take a draft now."""
    if not (scope.can("handle") or scope.can("review")) or not scope.may("export", "internal"):
        return []
    return [form for form in forms().forms.values()
            if form.finding != ILLEGAL or finding.illegal_m2]  # fmt: skip


def _finding_rows(finding: Finding) -> list[tuple[str, Any]]:
    rows = [
        ("违法", finding.illegal_m2),
        ("　其中已登记整改", finding.rectified_m2),
        ("合法及其他", finding.lawful_m2),
        ("待核、数据不足", finding.unsettled_m2),
        ("未判定", finding.undecided_m2),
    ]
    return [(term, area) for term, area in rows if area]


def _step(case: Case, one: cases.Open) -> dict[str, Any]:
    edge = one.edge
    return {
        "edge": edge,
        "lacks": one.lacks,
        "ready": not one.lacks,
        "reasons": process().reasons.get(edge.reasons, {}).items(),
        "clocks": _running(case) if edge.clock else [],
        "assigns": edge.code in ("assign", "hand_over"),
        "until": edge.clock == "extend",
        "urges": edge.code == "urge",
        "plain": _is_plain(edge),
    }


def _is_plain(edge: Edge) -> bool:
    """Whether the step asks for nothing but a word."""
    return not (edge.reasons or edge.clock or edge.code in ("assign", "hand_over", "urge"))


def _running(case: Case) -> list[tuple[str, str]]:
    rows = case.clocks.filter(ended_on__isnull=True).values_list("clock", flat=True)
    return [(code, book().clocks[code].term) for code in rows if code in book().clocks]


def _officers(case: Case, steps: list[cases.Open]) -> list[User]:
    """Who may be given the case: the people of its county and city who handle cases."""
    if not any(one.edge.code in ("assign", "hand_over") for one in steps):
        return []
    code = case.patch.region.code
    above = Q(region__code=code) | Q(region__code=code[:4] + "00")
    people = User.objects.filter(above, is_active=True, roles__overlap=["brigade", "captain"])
    return list(people.select_related("unit", "region").order_by("region__code", "username"))


def _event(event: CaseEvent) -> dict[str, Any]:
    edge = process().edges[event.edge]
    reasons = process().reasons.get(edge.reasons, {})
    return {
        "event": event,
        "term": edge.term,
        "level": levels_said([event.by_level]) if event.by_level else "",
        "reason": reasons.get(event.reason_code, event.reason_code),
        "officer": event.told.get("officer_name", ""),
        "unit": event.told.get("unit_name", ""),
        "stands_in_for": event.told.get("stands_in_for", ""),
        "clock": _clock_said(event.told),
        "until": event.told.get("until", ""),
        "number": event.told.get("number", ""),
        "evidence": event.told.get("evidence", []),
    }


def _clock_said(told: dict[str, Any]) -> str:
    code = told.get("clock", "")
    return book().clocks[code].term if code in book().clocks else ""


def _map(scope: Scope, case: Case) -> dict[str, Any]:
    west, south, east, north = case.patch.geom.extent
    margin = AROUND * max(east - west, north - south, LEAST_DEG)
    return map_config(
        scope,
        bounds=[west - margin, south - margin, east + margin, north + margin],
        selected={"layer": "patches", "id": case.patch_id},
        address=False,
        layers_open=False,
    )


def _photo_shapes(evidence: list[Evidence]) -> dict[str, Any]:
    """Where photos were taken, each with its view where it tells the direction."""
    features = []
    for one in evidence:
        if one.place is None or one.withdrawn:
            continue
        told = {
            "name": one.file_name,
            "taken": one.taken_at.astimezone().strftime("%Y-%m-%d %H:%M") if one.taken_at else "—",
            "azimuth": f"{one.azimuth:.0f}°" if one.azimuth is not None else "—",
            "source": one.get_place_source_display(),
            "url": reverse("case_evidence", args=[one.case_id, one.pk]),
        }
        features.append(
            {"type": "Feature", "id": one.pk, "properties": told,
             "geometry": json.loads(one.place.geojson)}
        )  # fmt: skip
        if one.azimuth is not None:
            cone = {"type": "Polygon", "coordinates": [_cone(one)]}
            features.append(
                {"type": "Feature", "id": -one.pk, "properties": told, "geometry": cone}
            )
    return {"type": "FeatureCollection", "features": features}


def _cone(one: Evidence) -> list[list[float]]:
    """The sector that a photo looks into, as a ring in lon/lat: a sign, not a measure."""

    assert one.place is not None and one.azimuth is not None  # noqa: PT018 - for the types
    lon, lat = one.place.coords
    ring = [[lon, lat]]
    for turn in range(-CONE_DEGREES // 2, CONE_DEGREES // 2 + 1, 5):
        angle = math.radians(one.azimuth + turn)
        ring.append(
            [lon + CONE_DEG * math.sin(angle) / math.cos(math.radians(lat)),
             lat + CONE_DEG * math.cos(angle)]
        )  # fmt: skip
    return [*ring, [lon, lat]]
