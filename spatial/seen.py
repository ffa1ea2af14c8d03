"""What one user may see and do: the filters that every channel asks. 可见范围

How it follows from an account is in spatial.scope, which gives both out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from spatial.access import DEEDS, SECRECIES, access
from spatial.errors import NotAllowed
from spatial.models import Layer, Patch, Region
from spatial.models.patch import Source
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from spatial.models import Batch, DatasetVersion, DeskRow, Image, Zone


@dataclass(frozen=True)
class Scope:
    """What one user may see and do; hashable, made once a request. 可见范围"""

    county_ids: tuple[int, ...] = ()
    county_codes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    rights: frozenset[tuple[str, str]] = frozenset()
    acts: frozenset[str] = frozenset()
    unit_id: int | None = None
    layer_secrecies: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    county_names: tuple[str, ...] = field(default=(), repr=False)
    known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was worked out for this scope already."""

    def __bool__(self) -> bool:
        """Whether anything at all may be seen."""
        return bool(self.county_ids and self.rights)

    def may(self, deed: str, of: str | Layer) -> bool:
        """Whether the deed is allowed for a layer (row or code) or for a secrecy."""
        if deed not in DEEDS:
            raise ValueError(f"{deed!r} is not one of {DEEDS}")
        if isinstance(of, Layer):
            of = of.secrecy
        elif of not in SECRECIES:
            of = dict(self.layer_secrecies).get(of, "")
        return bool(self) and (deed, of) in self.rights

    def can(self, act: str) -> bool:
        """Whether the act (access.toml [act]) is allowed."""
        if act not in access().acts:
            raise ValueError(f"{act!r} is not an act of access.toml")
        return act in self.acts

    def require(self, deed: str, of: str | Layer) -> None:
        """Raise NotAllowed unless the deed is allowed."""
        if not self.may(deed, of):
            raise NotAllowed(f"您的角色不能对该图层“{access().deeds[deed]}”。请联系系统管理员。")

    def require_act(self, act: str) -> None:
        """Raise NotAllowed unless the act is allowed."""
        if not self.can(act):
            raise NotAllowed(f"您的角色不能“{access().acts[act]}”。请联系系统管理员。")

    def secrecies(self, deed: str) -> tuple[str, ...]:
        """The secrecies for which the deed is allowed."""
        return tuple(secrecy for secrecy in SECRECIES if self.may(deed, secrecy))

    def layers(self, deed: str) -> tuple[str, ...]:
        """Codes of the layers for which the deed is allowed, in order."""
        allowed = self.secrecies(deed)
        return tuple(code for code, secrecy in self.layer_secrecies if secrecy in allowed)

    @cached_property
    def key(self) -> str:
        """A short digest of all that decides what is seen: for cache keys and ETags."""
        parts = [self.county_codes, self.county_ids, sorted(self.rights), sorted(self.acts)]
        text = json.dumps([*parts, self.unit_id, self.layer_secrecies])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def patches_q(self, prefix: str = "") -> Q:
        """The condition under which a patch is seen; ``prefix`` leads to it: ``"patch__"``.

        A site check stays with its unit until it is shared.
        """
        own = Q(**{f"{prefix}batch__shared": True})
        if self.unit_id is not None:
            own |= Q(**{f"{prefix}batch__owner_id": self.unit_id})
        open_to_all = ~Q(**{f"{prefix}batch__source": Source.SITE})
        return Q(**{f"{prefix}region_id__in": self._counties}) & (open_to_all | own)

    @property
    def _counties(self) -> tuple[int, ...]:
        return self.county_ids if self else ()

    def filter_patches(self, patches: QuerySet[Patch]) -> QuerySet[Patch]:
        """The patches that may be seen."""
        return patches.filter(self.patches_q())

    def filter_desk_rows(self, rows: QuerySet[DeskRow]) -> QuerySet[DeskRow]:
        """The review desk's rows of the patches that may be seen; of planned sites it has none."""
        return rows.filter(region_id__in=self._counties)

    def filter_batches(self, batches: QuerySet[Batch]) -> QuerySet[Batch]:
        """The batches with a patch that may be seen, and the unit's own."""
        seen = Q(Exists(self.filter_patches(Patch.objects.filter(batch=OuterRef("pk")))))
        if self and self.unit_id is not None:
            seen |= Q(owner_id=self.unit_id)
        return batches.filter(seen)

    def filter_versions(
        self, versions: QuerySet[DatasetVersion], deed: str = "verdict"
    ) -> QuerySet[DatasetVersion]:
        """The versions of these counties whose layer allows the deed."""
        return versions.filter(region_id__in=self._counties, layer_id__in=self.layers(deed))

    def filter_zones(self, zones: QuerySet[Zone], deed: str = "identify") -> QuerySet[Zone]:
        """The zones of these counties' versions whose layer allows the deed."""
        return zones.filter(version__region_id__in=self._counties, layer_id__in=self.layers(deed))

    def filter_images(self, images: QuerySet[Image], deed: str = "map") -> QuerySet[Image]:
        """The images in use over these counties whose secrecy allows the deed."""
        over = Region.objects.filter(pk__in=self._counties, geom__intersects=OuterRef("footprint"))
        return images.filter(
            Exists(over), secrecy__in=self.secrecies(deed), withdrawn_at__isnull=True
        )

    def filter_regions(self, regions: QuerySet[Region]) -> QuerySet[Region]:
        """These counties, what lies above them, and the townships and villages in them."""
        codes = self.county_codes if self else ()
        above = {code[:2] + "0000" for code in codes} | {code[:4] + "00" for code in codes}
        seen = Q(pk__in=self._counties)
        seen |= Q(level__in=(RegionLevel.PROVINCE, RegionLevel.CITY), code__in=sorted(above))
        for code in sorted(set(codes)):
            seen |= Q(level__in=(RegionLevel.TOWNSHIP, RegionLevel.VILLAGE), code__startswith=code)
        return regions.filter(seen)

    def sql_params(self, deed: str = "verdict") -> dict[str, Any]:
        """What statements of sql/ are given: ``county_ids``, ``unit_id``, ``layer_codes``."""
        return {
            "county_ids": list(self._counties),
            "unit_id": self.unit_id,
            "layer_codes": list(self.layers(deed)),
        }
