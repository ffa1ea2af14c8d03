"""check: planned ground judged at once, kept under an address of its own. 选址检查"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import OperationalError, transaction

from spatial import sqlfiles
from spatial.access import access
from spatial.engine.classify import apply_first, changes_since, classify, code_version
from spatial.engine.lock import pinning_data
from spatial.errors import GislandError, InputRefused, NotAllowed
from spatial.models import Batch, Patch
from spatial.models.patch import Source
from spatial.rules.load import load_ruleset
from spatial.site_check import homes, purposes
from spatial.site_check import parcels as grounds
from spatial.units import hectares

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from spatial.models import Assessment, Region, RulesetVersion, Unit, User
    from spatial.scope import Scope
    from spatial.site_check.parcels import Ground, Parcel

ACT = "check_site"
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that are read for one another."""
LEAST_M2 = 1
MOST_TITLE = 120


class DataChanging(GislandError):
    """Somebody is bringing in data; the check would have waited for it. 数据正在更新"""


class SiteUnknown(GislandError):
    """A number under which this user has no site check. 没有这次选址检查"""


@dataclass(frozen=True)
class SiteCheck:
    """A stored check: its patch (whose number is the check's), assessment, and what was told.

    ``repeated``: the same ground was checked before for the same purpose on the same data.
    """

    patch: Patch
    assessment: Assessment
    repeated: bool = False

    @property
    def id(self) -> int:
        """The number under which the check is found."""
        return int(self.patch.pk)

    @property
    def told(self) -> dict[str, Any]:
        """What was given with the ground: parcels, notes, who asked, from what source."""
        return dict(self.patch.delivered)


@dataclass(frozen=True)
class Asked:
    """What is asked about some ground, for whom, by which day's law and data."""

    purpose: str
    as_of: datetime.date
    title: str = ""
    source_note: str = ""
    delivered_crs: str = ""
    region_code: str | None = None
    notes: tuple[str, ...] = ()
    """What was noticed when the ground was read."""


def check(
    parcels: Sequence[Parcel],
    asked: Asked,
    scope: Scope,
    *,
    by: User | None = None,
    owner: Unit | None = None,
) -> SiteCheck:
    """Judge the parcels as one site, store it and make it current; all or nothing.

    It belongs to ``owner`` (by default the unit of ``by``) and is seen by nobody else; what a
    visitor to the demo asks is shared. Raises NotAllowed, InputRefused, DataChanging.
    """
    scope.require_act(ACT)
    purposes.require(asked.purpose)
    unit = owner or (by.unit if by is not None else None)
    if by is not None and unit is None:
        raise NotAllowed("您的账号没有所属单位，选址检查无处存放。请联系系统管理员设置单位。")
    ground = grounds.join(parcels)
    try:
        with transaction.atomic():
            sqlfiles.execute("site_check/01_wait_briefly")
            pinning_data()
            return _checked(ground, asked, scope, by, unit)
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        raise DataChanging("有人正在导入或启用数据，请等几分钟再查。") from error


def found(scope: Scope, number: int) -> SiteCheck:
    """The check of this number within the scope; raises SiteUnknown."""
    patch = (
        scope.filter_patches(Patch.objects.filter(pk=number, batch__source=Source.SITE))
        .select_related("batch__owner", "region")
        .first()
    )
    assessment = None if patch is None else patch.assessments.filter(is_current=True).first()
    if patch is None or assessment is None:
        raise SiteUnknown("没有这次选址检查，或它属于别的单位而没有共享。请核对地址。")
    return SiteCheck(patch, assessment)


def checks(scope: Scope) -> QuerySet[Patch]:
    """All checks that may be seen, with batch and county."""
    patches = scope.filter_patches(Patch.objects.filter(batch__source=Source.SITE))
    return patches.select_related("batch__owner", "region").defer("geom", "ground")


def share(site: SiteCheck, scope: Scope, *, shared: bool) -> None:
    """Let all who see this county see the check, or the own unit alone again.

    Raises NotAllowed for anybody but the unit that owns it.
    """
    scope.require_act(ACT)
    batch = site.patch.batch
    if scope.unit_id is None or batch.owner_id != scope.unit_id:
        raise NotAllowed("只有做这次检查的单位可以共享或取消共享。")
    batch.shared = shared
    batch.save(update_fields=["shared"])


def _checked(
    ground: Ground, asked: Asked, scope: Scope, by: User | None, unit: Unit | None
) -> SiteCheck:
    ruleset = load_ruleset(asked.purpose)
    print_ = ground.fingerprint(
        ruleset.sha256, asked.as_of, asked.title, asked.source_note, asked.delivered_crs
    )
    if known := _known(print_, asked.purpose, unit, scope):
        return known
    home = homes.home_of(ground.geom, asked.region_code, scope)
    homes.require_data(ruleset, home, asked.as_of)
    patch = _stored(ground, asked, home, _batch(asked, ruleset, unit, scope), by, print_)
    run = classify([patch.pk], ruleset=ruleset, as_of=asked.as_of, workers=1, refresh=False)
    apply_first(run)
    return SiteCheck(patch, patch.assessments.get(run=run))


def _known(print_: str, purpose: str, unit: Unit | None, scope: Scope) -> SiteCheck | None:
    """The same check on the same data, by the same program; None where there is none."""
    patch = (
        Patch.objects.filter(
            batch__source=Source.SITE,
            batch__owner=unit,
            batch__ruleset=purpose,
            delivered__fingerprint=print_,
            region_id__in=scope.county_ids,
        )
        .select_related("batch__owner", "region")
        .order_by("-pk")
        .first()
    )
    if patch is None:
        return None
    assessment = patch.assessments.filter(is_current=True).select_related("run").first()
    if assessment is None or assessment.run.code_version != code_version():
        return None
    if changes_since(assessment.run):
        return None
    return SiteCheck(patch, assessment, repeated=True)


def _batch(asked: Asked, ruleset: RulesetVersion, unit: Unit | None, scope: Scope) -> Batch:
    return Batch(
        code=f"SITE-{asked.as_of:%Y%m%d}-{''.join(secrets.choice(LETTERS) for _ in range(6))}",
        title=(asked.title or "未命名选址")[:MOST_TITLE],
        source=Source.SITE,
        issued_on=asked.as_of,
        ruleset=ruleset.name,
        owner=unit,
        # a visitor to the demo has no unit: what he asks is seen by all who look at the demo
        shared=unit is None and access().anonymous_role.code in scope.roles,
    )


def _stored(
    ground: Ground, asked: Asked, home: Region, batch: Batch, by: User | None, print_: str
) -> Patch:
    measured = _measure(ground.geom, home)
    if measured["area_m2"] < LEAST_M2:
        raise InputRefused(
            f"选址范围只有 {measured['area_m2']} 平方米，不足 {LEAST_M2} 平方米。"
            "请核对界址点：多半是点错了位置，或坐标的单位不对。"
        )
    if measured["area_m2"] > settings.SITE_AREA_M2:
        raise InputRefused(
            f"选址范围有 {hectares(measured['area_m2']):,.0f} 公顷，超过 "
            f"{settings.SITE_AREA_M2 // 10000} 公顷。请核对坐标系和单位；确需检查的，请分片。"
        )
    told = [
        {
            "name": parcel.name,
            "declared_m2": None
            if parcel.declared_area_m2 is None
            else f"{parcel.declared_area_m2:.2f}",
            "area_m2": str(
                measured["area_m2"]
                if len(ground.parcels) == 1
                else _measure(parcel.geom, home)["area_m2"]
            ),
            "geometry": json.loads(parcel.geom.geojson),
        }
        for parcel in ground.parcels
    ]
    declared = [parcel.declared_area_m2 for parcel in ground.parcels]
    ground_shape = GEOSGeometry(measured["ground"])
    assert isinstance(ground_shape, MultiPolygon)
    batch.save()
    return Patch.objects.create(
        batch=batch,
        region=home,
        jcbh="1",
        declared_area_m2=sum(declared) if all(area is not None for area in declared) else None,
        area_m2=measured["area_m2"],
        delivered={
            "fingerprint": print_,
            "by": by.get_username() if by is not None else "",
            "source_note": asked.source_note,
            "notes": [*asked.notes, *ground.notes],
            "parcels": told,
        },
        delivered_crs=asked.delivered_crs,
        geom=ground.geom,
        ground=ground_shape,
    )


def _measure(geom: Any, home: Region) -> dict[str, Any]:
    return sqlfiles.rows(
        "imports/measure_ground", {"geom": bytes(geom.ewkb), "plane_srid": home.plane_srid}
    )[0]
