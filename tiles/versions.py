"""Which data an address means: a version's id, a date, or ``live``. 版本的解析"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from spatial.errors import InputRefused, UnknownLayer
from spatial.models import DatasetVersion, VersionStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from spatial.scope import Scope
    from tiles.layers import TileLayer

LARGEST_ID = 2**63 - 1
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_NUMBER = re.compile(r"^[0-9]{1,19}$")


class VersionUnknown(UnknownLayer):
    """A version that the layer does not have, or may not show. 版本不存在"""


@dataclass(frozen=True)
class Asked:
    """What an address names: a number, a date, or neither for ``live``."""

    number: int | None
    on: datetime.date
    known_at: datetime.datetime

    @property
    def run_id(self) -> int | None:
        """For patches and pieces a number is that of a run."""
        return self.number


@dataclass(frozen=True)
class Chosen:
    """The versions that a tile is assembled from, one or none a county."""

    ids: tuple[int, ...]
    known_at: datetime.datetime
    frozen: bool
    """Whether what these versions hold never changes: snapshots, once they are in use."""
    named: bool
    """Whether the address names the version, so that it never means another one."""


def read(text: str) -> Asked:
    """Read the version part of an address; raises VersionUnknown or InputRefused."""
    now = timezone.now()
    today = timezone.localdate(now)
    if text == "live":
        return Asked(None, today, now)
    if _NUMBER.match(text) and int(text) <= LARGEST_ID:
        return Asked(int(text), today, now)
    if _DATE.match(text):
        try:
            on = datetime.date.fromisoformat(text)
        except ValueError as error:
            raise InputRefused(f"日期 {text} 不存在。请写作 YYYY-MM-DD。") from error
        return Asked(None, on, min(now, _end_of(on)))
    raise VersionUnknown(f"没有版本 {text[:40]!r}。请用版本编号、日期（YYYY-MM-DD）或 live。")


def _end_of(day: datetime.date) -> datetime.datetime:
    """The last moment of a day here."""
    last = datetime.datetime.combine(day, datetime.time.max)
    return timezone.make_aware(last)


def choose(layer: TileLayer, asked: Asked, scope: Scope) -> Chosen:
    """The versions of the user's counties that an address means.

    A number: that version, in another county's case none. A date: of snapshots the newest with
    ``valid_from`` on or before it that has not ended, of ledgers the rows known at its end.
    """
    versions = DatasetVersion.objects.filter(layer_id=layer.code)
    if asked.number is not None:
        return _one(versions.filter(pk=asked.number), asked, scope)
    mine = scope.filter_versions(versions.filter(status=VersionStatus.ACTIVE), "map")
    if layer.ledger:
        ledgers = mine.filter(valid_from=None).values_list("pk", flat=True)
        return Chosen(tuple(sorted(ledgers)), asked.known_at, frozen=False, named=False)
    newest = (
        mine.filter(valid_from__lte=asked.on)
        .order_by("region__code", "-valid_from", "-pk")
        .distinct("region__code")
        .values_list("pk", "valid_until", "declared_empty")
    )
    ids = tuple(
        sorted(
            pk for pk, until, empty in newest if not empty and (until is None or until > asked.on)
        )
    )
    return Chosen(ids, asked.known_at, frozen=True, named=False)


def _one(found: QuerySet[DatasetVersion], asked: Asked, scope: Scope) -> Chosen:
    shown = Q(status__in=(VersionStatus.ACTIVE, VersionStatus.RETIRED))
    if scope.can("import"):
        shown |= Q(status=VersionStatus.STAGED)
    version = found.filter(shown).first()
    if version is None:
        raise VersionUnknown(f"该图层没有版本 {asked.number}。请用 versions list 查看编号。")
    frozen = version.valid_from is not None and version.status != VersionStatus.STAGED
    mine = version.region_id in scope.county_ids
    ids = (version.pk,) if mine else ()
    return Chosen(ids, asked.known_at, frozen=frozen, named=True)
