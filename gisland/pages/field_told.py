"""What a phone is told of cases near it: enough to find and judge a patch. 外业"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse

from gisland.casework import field
from gisland.casework.clock_rules import book
from gisland.casework.models import CaseClock, Evidence, EvidenceKind
from gisland.casework.process import process
from gisland.reports import backdrop, maps
from spatial import crs, units
from spatial.imagery_pairs import pairs_for
from spatial.models import DeskRow, Image, Region, VersionStatus, Zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gisland.casework.models import Case
    from spatial.imagery_pairs import Pair
    from spatial.models import FieldResult, User
    from spatial.scope import Scope

MOMENTS = {"before": "前", "after": "后"}
PICTURE_MM = 92.0
AROUND = 0.6
PATCH = maps.Look(colour="#C92A2A", width=1.8)


def rows(scope: Scope, near: field.Near, by: User) -> list[dict[str, Any]]:
    """One row a case, in the order found."""
    cases = near.cases
    patch_ids = [case.patch_id for case in cases]
    pairs = pairs_for(patch_ids, scope)
    results = field.results_of(patch_ids)
    counts = _photo_counts(cases)
    due = _due(cases)
    towns = _townships(scope, patch_ids)
    return [
        _row(case, by)
        | {
            "away_m": round(near.away_m[case.pk]) if case.pk in near.away_m else None,
            "township": towns.get(case.patch_id, ""),
            "photos": counts.get(case.pk, 0),
            "due": due.get(case.pk),
            "found": _result(results.get(case.patch_id)),
            "pictures": _pictures(case, pairs.get(case.patch_id)),
        }
        for case in cases
    ]


def picture(scope: Scope, case: Case, moment: str) -> bytes | None:
    """The patch on the image before or after the act, as SVG with scale and north; None where
    there is no such image for this reader."""
    pair = pairs_for([case.patch_id], scope).get(case.patch_id)
    shot = getattr(pair, moment, None) if pair else None
    image = shot and scope.filter_images(Image.objects.filter(pk=shot.image_id)).first()
    if not image:
        return None
    patch = case.patch
    meridian = patch.region.central_meridian or crs.nearest_meridian(patch.geom.centroid.x)
    frame = maps.frame_of(
        [patch.geom], meridian, width_mm=PICTURE_MM, height_mm=PICTURE_MM, margin=AROUND
    )
    ground = backdrop.backdrop(image, frame, scope.county_ids)
    if ground is None:
        return None
    layer = maps.MapLayer("图斑", PATCH, [maps.Shape(patch.geom, patch.jcbh)])
    return maps.draw(frame, [layer], backdrop=ground, source=f"影像 {image.taken_on}")


def townships(scope: Scope) -> list[dict[str, str]]:
    """Counties, each followed by its townships, to choose from where no position is to be had.

    Townships are those of the newest ground in layer ``township``.
    """
    counties = scope.filter_regions(Region.objects.filter(level="county"))
    known = dict(counties.values_list("code", "name"))
    zones = scope.filter_zones(
        Zone.objects.filter(layer="township", version__status=VersionStatus.ACTIVE)
    ).exclude(code="")
    named = zones.order_by("version__valid_from", "pk").values_list("code", "name")
    return [
        {"code": code, "name": name or code, "level": "county" if code in known else "township"}
        for code, name in sorted({**dict(named), **known}.items())
    ]


def _row(case: Case, by: User) -> dict[str, Any]:
    patch, states = case.patch, process().states
    point = patch.geom.point_on_surface
    return {
        "id": case.pk,
        "jcbh": patch.jcbh,
        "address": patch.address,
        "county": patch.region.name,
        "report": states[case.report_state].term,
        "handling": states[case.handling_state].term,
        "mine": case.officer_id == by.pk,
        "may_report": case.report_state in process().edges[field.STEP].sources,
        "area_mu": str(units.mu(patch.area_m2)),
        "before_on": patch.before_on and patch.before_on.isoformat(),
        "after_on": patch.after_on and patch.after_on.isoformat(),
        "lon": round(point.x, 7),
        "lat": round(point.y, 7),
        "outline": json.loads(patch.geom.geojson),
        "urls": {
            "case": reverse("case", args=[case.pk]),
            "photo": reverse("case_attach", args=[case.pk]),
            "result": reverse("field_result", args=[case.pk]),
        },
    }


def _pictures(case: Case, pair: Pair | None) -> list[dict[str, str]]:
    shots = [(moment, getattr(pair, moment, None)) for moment in ("after", "before")]
    return [
        {
            "moment": moment,
            "term": f"{MOMENTS[moment]}时相 {shot.taken_on}",
            "url": reverse("field_picture", args=[case.pk, moment]),
        }
        for moment, shot in shots
        if shot is not None
    ]


def _result(found: FieldResult | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {
        "result": found.result, "purpose": found.purpose, "land_class": found.land_class,
        "note": found.note, "on": found.on.isoformat(),
    }  # fmt: skip


def _photo_counts(cases: Sequence[Case]) -> dict[int, int]:
    there = Evidence.objects.filter(case__in=cases, kind=EvidenceKind.PHOTO, withdrawn=False)
    counted = there.order_by().values("case").annotate(n=Count("pk"))
    return dict(counted.values_list("case", "n"))


def _due(cases: Sequence[Case]) -> dict[int, dict[str, str]]:
    """The last day that comes first, and of what."""
    clocks = CaseClock.objects.filter(
        Q(case__in=cases), ended_on__isnull=True, paused_since__isnull=True
    ).order_by("-due_on")
    return {
        clock.case_id: {"on": clock.due_on.isoformat(), "term": book().clocks[clock.clock].term}
        for clock in clocks
        if clock.clock in book().clocks
    }


def _townships(scope: Scope, patch_ids: list[int]) -> dict[int, str]:
    """Their townships by name, those of the reader's own counties."""
    rows = dict(DeskRow.objects.filter(patch__in=patch_ids).values_list("patch_id", "townships"))
    names = {one["code"]: one["name"] for one in townships(scope)}
    return {
        pk: "、".join(names[code] for code in told.split() if code in names)
        for pk, told in rows.items()
    }
